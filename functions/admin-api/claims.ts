import * as z from 'zod';
import type { Claims } from '../../core/access/principal.ts';
import { readParameter, topProperty } from '../../core/json-pointer.ts';
import type { HttpRequest } from '../kit/http.ts';

const bearer = /^(?:bearer )?[\w-]+\.([\w-]+)\.[\w-]+$/i;
const Payload = z.record(z.string(), z.unknown());
const groupClaims = ['groups', 'cognito:groups'];

/**
 * The claims of a request's token, which the gateway has verified. The gateway writes lists as `[a b]`, and a member of
 * "former administrators" must not pass for one of "administrators": groups, and the claim that gives roles (a name, or a
 * JSON Pointer), are read from the token itself.
 */
export function readClaims({ claims, headers }: Pick<HttpRequest, 'claims' | 'headers'>, roleClaim?: string): Claims {
  const payload = readPayload(headers.authorization ?? '');
  const wanted = roleClaim === undefined ? groupClaims : [...groupClaims, topProperty(roleClaim)];
  return { ...claims, ...Object.fromEntries(wanted.map((claim) => [claim, readParameter(payload, claim)])) };
}

/** Where the header holds anything but one token, nobody can say which was verified: then there are no groups. */
function readPayload(authorization: string): Claims {
  const payload = bearer.exec(authorization)?.[1];
  return payload === undefined ? {} : Payload.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
}

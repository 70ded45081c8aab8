import * as z from 'zod';
import type { Claims } from '../../core/access/principal.ts';
import type { HttpRequest } from '../kit/http.ts';

const bearer = /^(?:bearer )?[\w-]+\.([\w-]+)\.[\w-]+$/i;
const GroupClaims = z.object({ groups: z.unknown(), 'cognito:groups': z.unknown() }).partial();

/**
 * The claims of a request's token, which the gateway has verified. The gateway writes lists as `[a b]`, and a member of
 * "former administrators" must not pass for one of "administrators": groups are read from the token itself.
 */
export function readClaims({ claims, headers }: Pick<HttpRequest, 'claims' | 'headers'>): Claims {
  return { ...claims, ...readGroups(headers.authorization ?? '') };
}

/** Where the header holds anything but one token, nobody can say which was verified: then there are no groups. */
function readGroups(authorization: string): Claims {
  const payload = bearer.exec(authorization)?.[1];
  if (payload === undefined) return { groups: undefined, 'cognito:groups': undefined };
  const { groups, ...others } = GroupClaims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  return { groups, 'cognito:groups': others['cognito:groups'] };
}

import * as z from 'zod';
import type { FrozenMail } from '../deliveries/delivery.ts';
import { openText, sealText } from '../sealed-text.ts';

/** Whose e-mails about tickets of a project are to be turned off. */
export type WayOut = { project: string; email: string };

const Sealed = z.tuple([z.string(), z.string()]);

/** Longest value of a header, in characters, that SES takes (SES API v2, `MessageHeader`). */
const maxHeaderLength = 995;

/** An e-mail as it goes out, with the headers that it has beside its own. */
export type OutgoingMail = Omit<FrozenMail, 'wayOut'> & {
  headers?: readonly (readonly [name: string, value: string])[];
};

/** Writes what lets a person leave the notifications of a project, and nobody do anything else; it is good for ever. */
export function writeWayOut(key: Uint8Array, { project, email }: WayOut): string {
  return sealText(key, ['way-out'], JSON.stringify([project, email]));
}

/** Reads what {@link writeWayOut} wrote; undefined for any other text. */
export function readWayOut(key: Uint8Array, capability: string): WayOut | undefined {
  const text = openText(key, ['way-out'], capability);
  if (text === undefined) return undefined;
  const [project, email] = Sealed.parse(JSON.parse(text));
  return { project, email };
}

/**
 * Gives an e-mail its one recipient's way out: a link in its text, and the headers by which mail programs offer one
 * (RFC 2369, RFC 8058).
 */
export function addWayOut(mail: FrozenMail, project: string, { apiOrigin, key }: WayOutPlace): OutgoingMail {
  const { to, subject, text } = mail;
  const [email = ''] = to;
  // The access log has the paths of requests, never their queries.
  const link = `${apiOrigin}/n?c=${writeWayOut(key, { project, email })}`;
  const footer = `You get this because you are a member of the team. To get no more of these e-mails, open:\n${link}\n`;
  const header = `<${link}>`;
  const headers = [
    ['List-Unsubscribe', header],
    ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
  ] as const;
  return { to, subject, text: `${text}\n-- \n${footer}`, ...(header.length > maxHeaderLength ? {} : { headers }) };
}

/** Where the way out is, and what seals it. */
export type WayOutPlace = { apiOrigin: string; key: Uint8Array };

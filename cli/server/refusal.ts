import * as z from 'zod';
import { printable } from '../columns.ts';
import { Failure, type FailureKind } from '../failure.ts';
import type { Answer, Call } from './client.ts';

/** How Feedbridge refuses, and how the gateway in front of it does. */
const Refusal = z.object({
  description: z.string().optional(),
  message: z.string().optional(),
  errors: z
    .array(
      z.looseObject({ parameter: z.string().optional(), message: z.string(), allowed: z.array(z.string()).optional() }),
    )
    .optional(),
});

/** Turns an answer that is no success into a failure that says everything the server said, a problem a line. */
export function describeRefusal(
  { status, body, requestId }: Pick<Answer, 'status' | 'body' | 'requestId'>,
  call?: Call,
): Failure {
  const read = Refusal.safeParse(body);
  const { description, message, errors = [] } = read.success ? read.data : {};
  const said = description ?? message ?? 'The server gave no reason.';
  const lines = errors.map(({ parameter, message, allowed }) => {
    const choices = allowed === undefined ? '' : ` (one of ${allowed.join(', ')})`;
    return printable(`  ${parameter === undefined || parameter === '' ? '' : `${parameter}: `}${message}${choices}`);
  });
  if (status === 404 && call !== undefined) lines.push(`Nothing that you may see is at ${call.path}`);
  if (status === 401) lines.push('Sign in with `feedbridge login`, or set FEEDBRIDGE_TOKEN.');
  if (status >= 500 && requestId !== undefined) lines.push(`The logs have it as ${requestId}.`);
  const json = { status, description: said, ...(errors.length === 0 ? {} : { errors }), requestId };
  return new Failure(kindOf(status), printable(`${said} (${status})`), { lines, json });
}

function kindOf(status: number): FailureKind {
  if (status === 401 || status === 403) return 'not-signed-in';
  if (status === 412 || status === 428) return 'lost-the-race';
  return status < 500 ? 'refused' : 'broken';
}

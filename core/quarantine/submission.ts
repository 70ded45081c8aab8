import * as z from 'zod';
import { ParameterError } from '../reply-errors.ts';

/** The bytes of a body: in the item where they are few, else in S3 under a key. */
export const KeptBody = z.union([
  z.object({ inline: z.custom<Uint8Array>((value) => value instanceof Uint8Array) }),
  z.object({ objectKey: z.string(), objectVersion: z.string().optional(), bytes: z.int() }),
]);
export type KeptBody = z.infer<typeof KeptBody>;

/** A body that was put in place of the rejected one, and by whom; `token` names the correction itself. */
export const Correction = z.object({ body: KeptBody, at: z.iso.datetime(), by: z.string(), token: z.string() });
export type Correction = z.infer<typeof Correction>;

/** A submission that its source rejected and keeps: its body exactly as it came, and why it was refused. */
export const KeptSubmission = z.object({
  id: z.string(),
  project: z.string(),
  source: z.string(),
  state: z.enum(['waiting', 'replayed']),
  /** Raised by every correction, and by the replay. */
  version: z.int(),
  submittedAt: z.iso.datetime(),
  apiKey: z.string().optional(),
  requestId: z.string(),
  description: z.string(),
  errors: z.array(ParameterError).optional(),
  body: KeptBody,
  /** What its sender named the call, so that one that it repeats with success meanwhile is known. */
  givenKey: z.string().optional(),
  bodyHash: z.string(),
  correction: Correction.optional(),
  ticket: z.string().optional(),
  replayedAt: z.iso.datetime().optional(),
  replayedBy: z.string().optional(),
});
export type KeptSubmission = z.infer<typeof KeptSubmission>;

/** What a list says of a kept submission. */
export const ListedSubmission = z
  .object({
    id: z.string(),
    project: z.string(),
    source: z.string().describe('The key of the source that rejected it.'),
    state: z.enum(['waiting', 'replayed']),
    submittedAt: z.iso.datetime(),
    apiKey: z.string().optional().describe('The prefix of the key that it came with.'),
    description: z.string(),
    ticket: z.string().optional().describe('The ticket that its replay made.'),
  })
  .meta({ id: 'ListedSubmission' });
export type ListedSubmission = z.infer<typeof ListedSubmission>;

/** The body that a replay takes: the corrected one, where there is one. */
export function bodyToReplay({ body, correction }: KeptSubmission): KeptBody {
  return correction?.body ?? body;
}

/** All bodies that are kept of a submission: the one that came, and the one that was put in its place. */
export function bodiesOf({ body, correction }: KeptSubmission): KeptBody[] {
  return correction === undefined ? [body] : [body, correction.body];
}

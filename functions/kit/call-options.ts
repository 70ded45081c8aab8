import * as z from 'zod';
import type { ParameterError } from '../../core/reply-errors.ts';
import type { HttpRequest } from './http.ts';

/** The query of a report. */
export const ReceiveQuery = z.object({
  dryRun: z.enum(['true', 'false']).optional().describe('Check the report and create nothing.'),
});

/** The headers of a report that mean something. */
export const ReceiveHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Makes repetitions of this call safe for 24 hours: they are answered with the same ticket.'),
});

/** How a report is to be taken. */
export type ReceiveOptions =
  | { outcome: 'read'; dryRun: boolean; givenKey: string | undefined }
  | { outcome: 'rejected'; errors: ParameterError[] };

/** Reads how a report is to be taken, and lists what is wrong with it. */
export function readOptions({ query, headers }: HttpRequest): ReceiveOptions {
  const dryRun = ReceiveQuery.shape.dryRun.safeParse(query.get('dryRun') ?? undefined);
  const givenKey = ReceiveHeaders.shape['idempotency-key'].safeParse(headers['idempotency-key']);
  if (dryRun.success && givenKey.success) {
    return { outcome: 'read', dryRun: dryRun.data === 'true', givenKey: givenKey.data };
  }
  const errors: ParameterError[] = [];
  if (!dryRun.success) {
    const message = 'dryRun is true or false.';
    errors.push({ parameter: 'dryRun', code: 'invalid_choice', message, allowed: ['true', 'false'] });
  }
  if (!givenKey.success) {
    const message = 'An Idempotency-Key has 1 to 255 characters.';
    errors.push({ parameter: 'Idempotency-Key', code: 'too_long', message });
  }
  return { outcome: 'rejected', errors };
}

import * as z from 'zod';
import { ParameterError } from '../../core/reply-errors.ts';
import { Flag, pageOf } from './schemas.ts';

/** What an import can be asked. */
export const ImportQuery = z.object({
  dryRun: Flag.describe('Only say which lines are wrong.'),
  skipBad: Flag.describe('Import the good lines although there are bad ones.'),
});
export type ImportQuery = z.infer<typeof ImportQuery>;

/** Lines that are wrong. */
export const ProblemPage = pageOf(
  'ImportProblemPage',
  z.object({ line: z.int(), errors: z.array(ParameterError) }).meta({ id: 'BadLine' }),
);

/** What a dry run of an import says. */
export const ImportDryRun = z
  .object({
    dryRun: z.literal(true),
    lines: z.int().describe('Lines with something in them, the header apart.'),
    bad: z.int().describe('How many of them are wrong.'),
    errors: z.array(ParameterError).describe('Of the first bad lines, 200 at most.'),
  })
  .meta({ id: 'ImportDryRun' });

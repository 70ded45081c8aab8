import * as z from 'zod';
import { ActionResult } from './action-result.ts';

/** What made a change; `chain` names the macros that led to it, the last being the one that did it. */
export const ChangeCause = z.object({
  kind: z.enum(['person', 'source', 'macro', 'listener', 'run', 'automation', 'upload', 'capture']),
  key: z.string().optional().describe('The key or id of what `kind` names.'),
  by: z.string().optional().describe('Who ran it, where that was a person.'),
  chain: z.array(z.string()).optional().describe('The macros that led to it, the last being the one that did it.'),
});
export type ChangeCause = z.infer<typeof ChangeCause>;

/** One value that changed, by its path as in tags; an empty one is absent. */
export const FieldChange = z.object({
  path: z.string(),
  from: z.unknown().optional().describe('The value before; one above 1 KB is shown by its beginning and its size.'),
  to: z.unknown().optional().describe('The value after; one above 1 KB is shown by its beginning and its size.'),
  added: z.number().optional().describe('How much a number was raised by, where others raised it at the same moment.'),
  reason: z.string().optional().describe('Why points were given.'),
});
export type FieldChange = z.infer<typeof FieldChange>;

/** One entry of a record's history; `version` is the record's after it. */
export const Change = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    version: z.int(),
    cause: ChangeCause,
    changes: z.array(FieldChange),
    actions: z.array(ActionResult).optional().describe('What became of each action of the macro.'),
    problem: z
      .string()
      .optional()
      .describe('Why a macro could not be applied, or a file was rejected: then nothing changed.'),
    stopped: z
      .array(z.object({ automation: z.string(), reason: z.string() }))
      .optional()
      .describe('Automations that this change would have set off, and why they were not followed.'),
  })
  .meta({ id: 'Change' });
export type Change = z.infer<typeof Change>;

import * as z from 'zod';

/** Why one parameter of a call was rejected; the list is the contract's (docs/http.md). */
export const ParameterErrorCode = z.enum([
  'required',
  'blank',
  'invalid_type',
  'invalid_choice',
  'duplicate_choice',
  'too_long',
  'out_of_range',
  'invalid_date',
  'not_allowed',
  'unknown_submitter',
  'unknown_status',
  'invalid_text',
]);
export type ParameterErrorCode = z.infer<typeof ParameterErrorCode>;

/** One rejected parameter, in words that say what to do. */
export const ParameterError = z.object({
  parameter: z.string().describe('The parameter as the caller spells it; in a document, the path of the part.'),
  code: z.string().describe('A code to program against, such as `invalid_choice`.'),
  message: z.string().describe('A sentence a person can act on.'),
  allowed: z.array(z.string()).optional().describe('The values that would have been accepted.'),
});
export type ParameterError = z.infer<typeof ParameterError>;

/** The body of every refusal of ours. */
export const ErrorBody = z
  .object({
    status: z.int().describe('Repeats the HTTP status.'),
    description: z.string().describe('A sentence a person can act on.'),
    errors: z
      .array(ParameterError)
      .optional()
      .describe('Every problem at once; absent where there is nothing to list.'),
    quarantine: z
      .string()
      .optional()
      .describe('The id under which a rejected report is kept, where its source has `keepRejected`.'),
  })
  .meta({ id: 'Error' });
export type ErrorBody = z.infer<typeof ErrorBody>;

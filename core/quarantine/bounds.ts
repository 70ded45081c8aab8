import type { ParameterError } from '../reply-errors.ts';

/** How long a rejected submission is kept, in seconds: 14 days (product.md, "External source"). */
export const keptSeconds = 14 * 24 * 60 * 60;

/** Most bytes of a body that lies in its submission's item; larger ones lie in S3. */
export const maxInlineBytes = 8_192;

/** Most bytes of the errors that are kept, as JSON: an item of the table ends at 400 KB. */
const maxErrorBytes = 32_768;

/** The errors of a refusal as they are kept: all of them, unless they are a document of their own. */
export function boundErrors(errors: readonly ParameterError[]): ParameterError[] {
  let room = maxErrorBytes;
  return errors.filter((error) => {
    room -= Buffer.byteLength(JSON.stringify(error));
    return room >= 0;
  });
}

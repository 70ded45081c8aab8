import type { ParameterError } from '../reply-errors.ts';

/** Bytes of each part but the last (docs/http.md); S3 takes 5 MiB to 5 GiB, and 10,000 of them at most. */
export const partBytes = 16 * 1_048_576;
/** Files above this come in parts unless their sender wants otherwise, in bytes (docs/http.md). */
export const multipartAboveBytes = 100 * 1_048_576;
/** Parts whose URLs are in the first answer. */
export const firstParts = 8;

/** A part that the bucket has. */
export type UploadedPart = { number: number; size: number; etag: string };

/** A part as its sender names it. */
export type NamedPart = { number: number; etag: string };

/** What is to be made of the parts that a sender names: the upload in order, or everything that is wrong with them. */
export type PartsVerdict = { outcome: 'whole'; parts: NamedPart[] } | { outcome: 'rejected'; errors: ParameterError[] };

/** How many parts a file of so many bytes has. */
export function countParts(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / partBytes));
}

/** The bytes of one part of a file of so many bytes: all but the last are alike. */
export function sizeOfPart(number: number, bytes: number): number {
  return Math.min(partBytes, bytes - (number - 1) * partBytes);
}

/** Compares the parts that a sender names, in whatever order, with those that are there and with the declared size. */
export function judgeParts(
  named: readonly NamedPart[],
  uploaded: readonly UploadedPart[],
  declaredBytes: number,
): PartsVerdict {
  const there = new Map(uploaded.map((part) => [part.number, part]));
  const seen = new Set<number>();
  const errors: ParameterError[] = [];
  let bytes = 0;
  for (const [index, { number, etag }] of named.entries()) {
    const parameter = `parts.${index}`;
    const part = there.get(number);
    if (seen.has(number)) {
      errors.push({ parameter, code: 'duplicate_choice', message: `Part ${number} is named twice.` });
    } else if (part === undefined) {
      errors.push({ parameter, code: 'invalid_choice', message: `Part ${number} has not been uploaded.` });
    } else if (bare(part.etag) !== bare(etag)) {
      const message = `Part ${number} has another ETag: what was uploaded last has ${bare(part.etag)}.`;
      errors.push({ parameter: `${parameter}.etag`, code: 'invalid_choice', message });
    } else bytes += part.size;
    seen.add(number);
  }
  if (errors.length === 0 && bytes !== declaredBytes) errors.push(sayMissing(seen, bytes, declaredBytes));
  if (errors.length > 0) return { outcome: 'rejected', errors };
  const parts = named.map(({ number, etag }) => ({ number, etag: bare(etag) }));
  return { outcome: 'whole', parts: parts.sort((one, other) => one.number - other.number) };
}

function sayMissing(seen: ReadonlySet<number>, bytes: number, declaredBytes: number): ParameterError {
  const expected = Array.from({ length: countParts(declaredBytes) }, (_, index) => index + 1);
  const missing = expected.filter((number) => !seen.has(number));
  const which = missing.length === 0 ? '' : `; missing: ${listNumbers(missing)}`;
  const message = `The parts have ${bytes} bytes in all, and ${declaredBytes} were declared${which}.`;
  return { parameter: 'parts', code: missing.length === 0 ? 'out_of_range' : 'required', message };
}

function listNumbers(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 10).join(', ');
  return numbers.length > 10 ? `${shown} and ${numbers.length - 10} more` : shown;
}

/** S3 writes an ETag in quotes, and not every client passes them on. */
function bare(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}

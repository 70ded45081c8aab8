import type { TagValue } from '../templates/template.ts';
import { shownAs } from '../templates/values.ts';
import type { AttachmentRecord } from './attachment.ts';

/** A file as macros tell of it: with a link, or with why there is none. */
export type AttachedFile = { id: string; field: string; name: string; size: number } & (
  | { url: string }
  | { reason: string }
);

/** Describes a ticket's files in their order, for its tags and filters; deleted ones are gone. */
export function describeFiles(
  records: readonly AttachmentRecord[],
  urlOf: (record: AttachmentRecord) => string,
): AttachedFile[] {
  const shown = records.filter(({ state }) => state !== 'deleted');
  return shown.map((record) => {
    const { id, field, fileName: name, size, state, reason } = record;
    if (state === 'stored') return { id, field, name, size, url: urlOf(record) };
    return { id, field, name, size, reason: reason ?? 'It has not arrived yet.' };
  });
}

/** Whether a file is there: one that is expected, or was rejected, is told of and counts for nothing. */
export function isThere(file: AttachedFile): boolean {
  return 'url' in file;
}

/** A file as the value of a tag: an object in JSON, a line for people in a text. */
export function fileValue({ id: _, field: __, ...file }: AttachedFile): TagValue {
  const text = 'url' in file ? `${file.name}: ${file.url}` : `${file.name} (${file.reason})`;
  return { ...file, [shownAs]: text };
}

import type { TagValue } from '../templates/template.ts';
import { shownAs } from '../templates/values.ts';
import type { AttachmentRecord } from './attachment.ts';

/** A file as macros tell of it: with a link, or with why there is none. */
export type AttachedFile = { field: string; name: string; size: number } & ({ url: string } | { reason: string });

/** Describes a ticket's files, oldest first, for its tags and filters; deleted ones are gone. */
export function describeFiles(
  records: readonly AttachmentRecord[],
  urlOf: (record: AttachmentRecord) => string,
): AttachedFile[] {
  const shown = records.filter(({ state }) => state !== 'deleted');
  const sorted = shown.toSorted((one, other) => (one.createdAt < other.createdAt ? -1 : 1));
  return sorted.map((record) => {
    const { field, fileName: name, size, state, reason } = record;
    if (state === 'stored') return { field, name, size, url: urlOf(record) };
    return { field, name, size, reason: reason ?? 'It has not arrived yet.' };
  });
}

/** A file as the value of a tag: an object in JSON, a line for people in a text. */
export function fileValue({ field: _, ...file }: AttachedFile): TagValue {
  const text = 'url' in file ? `${file.name}: ${file.url}` : `${file.name} (${file.reason})`;
  return { ...file, [shownAs]: text };
}

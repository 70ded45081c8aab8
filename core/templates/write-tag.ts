import { encodeText, findHeaderFault } from './encode.ts';
import { applyFilter } from './filters.ts';
import type { Segment, TagValue, TagValues } from './template.ts';
import { isEmpty, plainText } from './values.ts';

/** A tag of a compiled template. */
export type TagSegment = Extract<Segment, { kind: 'tag' }>;

/** Why a template cannot be rendered. */
export type RenderFailure = { outcome: 'failed'; reason: string };

/** Writes a tag's value for its place, after its filters. */
export function writeTag(tag: TagSegment, values: TagValues): string | RenderFailure {
  let value = values(tag.path);
  for (const filter of tag.filters) value = applyFilter(filter, value);
  if (tag.encoding === 'json-value') return tag.raw ? writeRaw(tag, value) : writeLiteral(value);
  const text = plainText(value);
  if (tag.encoding === 'header') {
    const fault = findHeaderFault(text);
    if (fault !== undefined) return failed(`${tag.source} contains ${fault.what}, which a header cannot carry`);
  }
  return encodeText(tag.encoding, text);
}

function writeLiteral(value: TagValue | undefined): string {
  return isEmpty(value) ? 'null' : JSON.stringify(value);
}

/** A text stays as it was written, so that long numbers keep their digits. */
function writeRaw(tag: TagSegment, value: TagValue | undefined): string | RenderFailure {
  if (typeof value !== 'string' || value === '') return writeLiteral(value);
  try {
    JSON.parse(value);
    return value;
  } catch {
    return failed(`${tag.source} is not JSON`);
  }
}

function failed(reason: string): RenderFailure {
  return { outcome: 'failed', reason };
}

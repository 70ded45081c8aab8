import type { Filter } from './filters.ts';
import type { SecretEncoding } from './parts.ts';
import type { shownAs } from './values.ts';

/** Where a template's text goes; it decides how values are encoded. */
export type TemplateContext = 'url' | 'header' | 'json' | 'form' | 'text' | 'xml';

/** How one tag's value is written at its place. */
export type TagEncoding = SecretEncoding | 'json-value' | 'xml';

/** A value that a tag stands for; dates are their RFC 3339 text. */
export type TagValue =
  | string
  | number
  | boolean
  | null
  | readonly TagValue[]
  | { readonly [key: string]: TagValue; readonly [shownAs]?: string };

/** Looks the value of a canonical path up; undefined is empty. */
export type TagValues = (path: string) => TagValue | undefined;

/** One stretch of a compiled template; `source` is the tag's name as its author wrote it. */
export type Segment =
  | { kind: 'text'; text: string }
  | { kind: 'tag'; path: string; source: string; encoding: TagEncoding; filters: readonly Filter[]; raw: boolean }
  | { kind: 'secret'; name: string; encoding: SecretEncoding };

/** A compiled template: plain data that can be stored as JSON. */
export type Template = { context: TemplateContext; segments: readonly Segment[] };

/** What is wrong with a template, and where: both count from 1, columns in UTF-16 units as editors do. */
export type TemplateProblem = { message: string; line: number; column: number };

/** A problem at an offset, before its line is known. */
export type Fault = { message: string; offset: number };

/** Places faults by line and column, in the order of the text. */
export function locateFaults(text: string, faults: readonly Fault[]): TemplateProblem[] {
  const sorted = [...faults].sort((a, b) => a.offset - b.offset);
  let line = 1;
  let lineStart = 0;
  let lineEnd = text.indexOf('\n');
  return sorted.map(({ message, offset }) => {
    while (lineEnd !== -1 && lineEnd < offset) {
      line += 1;
      lineStart = lineEnd + 1;
      lineEnd = text.indexOf('\n', lineStart);
    }
    return { message, line, column: offset - lineStart + 1 };
  });
}

import { findPatternFault, formatDate } from './format-date.ts';
import type { TagEncoding, TagValue } from './template.ts';
import type { FilterCall } from './tokenise.ts';
import { isEmpty, isList, plainText } from './values.ts';

/** A checked filter; `raw` is no filter at run time but a way to insert, so the segment carries it. */
export type Filter =
  | { name: 'default'; value: string | number | boolean }
  | { name: 'truncate'; length: number }
  | { name: 'date'; pattern: string }
  | { name: 'upper' | 'lower' | 'json' };

/** The filters, as editors show them to authors. */
export const filterGuide = [
  { name: 'default', example: '| default: "none"', description: 'Takes the place of an empty value.' },
  { name: 'upper', example: '| upper', description: 'Writes capital letters.' },
  { name: 'lower', example: '| lower', description: 'Writes small letters.' },
  { name: 'truncate', example: '| truncate: 200', description: 'Cuts after so many characters.' },
  { name: 'date', example: '| date: "yyyy-MM-dd"', description: 'Writes a date by a pattern, in UTC.' },
  { name: 'json', example: '| json', description: 'Writes the value as JSON.' },
  {
    name: 'raw',
    example: '| raw',
    description: 'Inserts a text that is JSON as it stands, where a JSON value stands.',
  },
] as const;

/** Checks a tag's chain of filters for its place; `problems` have the offset of the filter they concern. */
export function checkFilters(calls: readonly FilterCall[], encoding: TagEncoding | undefined) {
  const filters: Filter[] = [];
  const faults: { message: string; offset: number }[] = [];
  calls.forEach((call, index) => {
    const filter = call.name === 'raw' ? checkRaw(call, encoding, index === calls.length - 1) : checkFilter(call);
    if (typeof filter === 'string') faults.push({ message: filter, offset: call.offset });
    else if (filter !== undefined) filters.push(filter);
  });
  return { filters, raw: calls.at(-1)?.name === 'raw', faults };
}

function checkRaw(call: FilterCall, encoding: TagEncoding | undefined, last: boolean): string | undefined {
  if (call.argument !== undefined) return 'The filter "raw" takes no argument';
  if (encoding !== undefined && encoding !== 'json-value') {
    return 'The filter "raw" works only where a JSON value stands, outside quotes';
  }
  return last ? undefined : 'The filter "raw" must be the last one';
}

function checkFilter({ name, argument }: FilterCall): Filter | string {
  switch (name) {
    case 'default':
      return argument === undefined
        ? 'The filter "default" needs a value: | default: "none"'
        : { name, value: argument };
    case 'truncate':
      if (typeof argument !== 'number' || !Number.isSafeInteger(argument) || argument < 1) {
        return 'The filter "truncate" needs a whole number of characters: | truncate: 200';
      }
      return { name, length: argument };
    case 'date':
      if (typeof argument !== 'string') return 'The filter "date" needs a pattern: | date: "yyyy-MM-dd"';
      return findPatternFault(argument) ?? { name, pattern: argument };
    case 'upper':
    case 'lower':
    case 'json':
      return argument === undefined ? { name } : `The filter "${name}" takes no argument`;
    default:
      return `"${name}" is not a filter (${filterGuide.map(({ name: one }) => one).join(', ')})`;
  }
}

/** Puts a value through one filter. */
export function applyFilter(filter: Filter, value: TagValue | undefined): TagValue | undefined {
  switch (filter.name) {
    case 'default':
      return isEmpty(value) ? filter.value : value;
    case 'truncate':
      return typeof value === 'string' || isList(value) ? truncate(plainText(value), filter.length) : value;
    case 'date':
      return mapTexts(value, (text) => formatDate(text, filter.pattern));
    case 'upper':
      return mapTexts(value, (text) => text.toUpperCase());
    case 'lower':
      return mapTexts(value, (text) => text.toLowerCase());
    case 'json':
      return JSON.stringify(value ?? null);
  }
}

function mapTexts(value: TagValue | undefined, change: (text: string) => string): TagValue | undefined {
  if (typeof value === 'string') return change(value);
  return isList(value) ? value.map((item) => mapTexts(item, change) ?? null) : value;
}

/** Cuts after so many code points, as lengths are counted everywhere (product.md, "Fields and values"). */
function truncate(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = 0;
  for (let count = 0; count < length && end < text.length; count += 1) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

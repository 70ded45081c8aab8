import * as z from 'zod';
import type { ProjectDocument } from '../document/schema.ts';
import { ownEntry } from '../external-data/decide-capture.ts';
import type { ParameterError } from '../reply-errors.ts';
import { memberGroups } from './member-edit.ts';

/** Most bytes of a line as JSON: twenty-five of them are one item of the table. */
const maxLineBytes = 12_000;

/** A line of a CSV file: where it begins, and its cells. */
export type CsvLine = { line: number; cells: readonly string[] };

/** What a line says of a member, its values still texts; an empty cell says nothing. */
export const ImportLine = z.object({
  line: z.int(),
  email: z.string(),
  name: z.string().optional(),
  teams: z.array(z.string()).optional(),
  role: z.string().optional(),
  external: z.record(z.string(), z.record(z.string(), z.string())).optional(),
});
export type ImportLine = z.infer<typeof ImportLine>;

/** What a column is for: the member's own, or a value of a group. */
type Column = 'email' | 'name' | 'teams' | 'role' | { group: string; field: string };

/** The columns of a file, or everything that is wrong with its header. */
export type Header = { outcome: 'read'; columns: Column[] } | { outcome: 'refused'; errors: ParameterError[] };

const ownColumns = ['email', 'name', 'teams', 'role'] as const;

/** Reads the header line: which columns there are, in any order. */
export function readHeader(document: ProjectDocument, { line, cells }: CsvLine): Header {
  const names = cells.map((cell) => cell.trim());
  const known = memberGroups(document).flatMap(({ key, fields }) => fields.map((field) => [key, field.key] as const));
  const allowed = [...ownColumns, ...known.map(([group, field]) => `${group}.${field}`)];
  const errors: ParameterError[] = [];
  const columns = names.flatMap((name, place): Column[] => {
    const own = ownColumns.find((column) => column === name.toLowerCase());
    const found = known.find(([group, field]) => `${group}.${field}` === name);
    const isAgain = names.indexOf(name) < place;
    if (isAgain || (own === undefined && found === undefined)) {
      const parameter = name.slice(0, 100).toWellFormed() || `column ${place + 1}`;
      const message = isAgain
        ? 'There are two columns of this name.'
        : `There is no such column; line ${line} names it.`;
      errors.push({ parameter, code: 'not_allowed', message, ...(isAgain ? {} : { allowed }) });
      return [];
    }
    if (own !== undefined) return [own];
    return found === undefined ? [] : [{ group: found[0], field: found[1] }];
  });
  if (!columns.includes('email')) {
    const message = `The first line names the columns, and email is one of them; it was read as ${names.length} columns.`;
    errors.push({ parameter: 'email', code: 'required', message });
  }
  return errors.length === 0 ? { outcome: 'read', columns } : { outcome: 'refused', errors };
}

/** Brings the cells of a line into the shape of a member, or says why they are none. */
export function readLine(
  columns: readonly Column[],
  { line, cells }: CsvLine,
): { outcome: 'read'; line: ImportLine } | { outcome: 'bad'; error: ParameterError } {
  const refuse = (parameter: string, message: string) => {
    return { outcome: 'bad' as const, error: { parameter, code: 'invalid_text' as const, message } };
  };
  if (cells.length !== columns.length) {
    return refuse('line', `It has ${count(cells.length)}, and the header has ${columns.length}.`);
  }
  if (cells.some((cell) => /[\0\ufffd]/.test(cell))) {
    return refuse('line', 'It holds bytes that are no text: save the file as UTF-8.');
  }
  const read: ImportLine = { line, email: '' };
  for (const [place, column] of columns.entries()) {
    const cell = cells[place] ?? '';
    const text = cell.trim();
    if (text === '') continue;
    if (typeof column === 'object') {
      const group = ownEntry(read.external ?? {}, column.group);
      read.external = { ...read.external, [column.group]: { ...group, [column.field]: cell } };
    } else if (column === 'teams') {
      read.teams = text.split(';').flatMap((team) => (team.trim() === '' ? [] : [team.trim()]));
    } else read[column] = text;
  }
  const bytes = Buffer.byteLength(JSON.stringify(read));
  return bytes <= maxLineBytes
    ? { outcome: 'read', line: read }
    : refuse('line', `It has ${bytes} bytes; at most ${maxLineBytes} are allowed.`);
}

function count(cells: number): string {
  return cells === 1 ? '1 cell' : `${cells} cells`;
}

import type { Role } from '../../core/access/role.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { canonicalEmail } from '../../core/members.ts';
import { type CsvLine, type ImportLine, readHeader, readLine } from '../../core/people/import-line.ts';
import { newMember } from '../../core/people/member-edit.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { type HttpReply, refuse, refuseParameters } from '../kit/http.ts';
import { describeErrors, type Input } from '../kit/read-input.ts';
import { readCsv } from './read-csv.ts';

/** Lines that one import may have. */
const maxLines = 50_000;

/** Problems that are listed of one line. */
const maxErrors = 10;

/** A line with everything that is wrong with it. */
export type BadLine = { line: number; errors: ParameterError[] };

/** What a file says: the lines that can be imported, those that cannot, and whether it breaks off with the last of these. */
export type JudgedFile = { good: ImportLine[]; bad: BadLine[]; breaksOff: boolean };

/** Reads a whole file and judges each of its lines by the project's document; nothing is known yet of who is a member. */
export function judgeFile(bytes: Uint8Array, document: ProjectDocument, giver: Role): Input<JudgedFile> {
  const file = readCsv(bytes);
  if (file === undefined) return refused(refuse(400, 'The file is not UTF-8 text: save it as CSV in UTF-8.'));
  const [header, ...lines] = file.lines;
  if (header === undefined) return refused(refuse(400, 'The file is empty: its first line names the columns.'));
  if (lines.length > maxLines) {
    return refused(refuse(413, `The file has ${lines.length} lines; an import takes ${maxLines} at most.`));
  }
  const read = readHeader(document, header);
  if (read.outcome === 'refused') return refused(refuseParameters(read.errors));
  const schema = newMember(document, giver);
  const placeOf = new Map<string, number>();
  const good: ImportLine[] = [];
  const bad: BadLine[] = [];
  for (const cells of lines) {
    const judged = judgeLine(schema, read.columns, cells, placeOf);
    if (judged.errors.length > 0) bad.push({ line: cells.line, errors: boundErrors(judged.errors) });
    else if (judged.line !== undefined) good.push(judged.line);
  }
  if (file.problem !== undefined) {
    const { line, message } = file.problem;
    const error = {
      parameter: 'line',
      code: 'invalid_text' as const,
      message: `${message} Nothing after it can be read.`,
    };
    bad.push({ line, errors: [error] });
  }
  return { outcome: 'read', input: { good, bad, breaksOff: file.problem !== undefined } };
}

/** A line that is wrong in many ways is not what it was meant to be: the first of them say so. */
function boundErrors(errors: readonly ParameterError[]): ParameterError[] {
  const more = errors.length - maxErrors;
  if (more <= 0) return [...errors];
  const rest = { parameter: 'line', code: 'invalid_text' as const, message: `${more} more problems are in this line.` };
  return [...errors.slice(0, maxErrors), rest];
}

function judgeLine(
  schema: ReturnType<typeof newMember>,
  columns: Parameters<typeof readLine>[0],
  cells: CsvLine,
  placeOf: Map<string, number>,
): { line?: ImportLine; errors: ParameterError[] } {
  const read = readLine(columns, cells);
  if (read.outcome === 'bad') return { errors: [read.error] };
  const { line, ...given } = read.line;
  const checked = schema.safeParse(given);
  const errors = checked.success ? [] : describeErrors(checked.error, given);
  const email = canonicalEmail(given.email);
  const before = email === undefined ? undefined : placeOf.get(email);
  if (before !== undefined) {
    errors.push({ parameter: 'email', code: 'not_allowed', message: `email is on line ${before} already.` });
  } else if (email !== undefined) placeOf.set(email, line);
  return errors.length === 0 && email !== undefined ? { line: { ...read.line, email }, errors } : { errors };
}

function refused(reply: HttpReply): Extract<Input<never>, { outcome: 'refused' }> {
  return { outcome: 'refused', reply };
}

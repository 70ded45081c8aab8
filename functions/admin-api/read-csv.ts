import { CsvError, parse } from 'csv-parse/sync';
import type { CsvLine } from '../../core/people/import-line.ts';

/** What separates the cells of a file; the first line shows which. */
const delimiters = [',', ';', '\t'];

/** The lines of a file, empty ones left out; `problem` says where it breaks off. */
export type CsvFile = { lines: CsvLine[]; problem?: { line: number; message: string } };

/**
 * Reads a CSV file (RFC 4180): UTF-8 with or without a byte order mark, any line breaks, quoted cells with line breaks in
 * them, commas, semicolons or tabs. Undefined where the bytes are not UTF-8. Line breaks in cells become `\n`.
 */
export function readCsv(bytes: Uint8Array): CsvFile | undefined {
  const decoded = decode(bytes);
  if (decoded === undefined) return undefined;
  // With breaks of one kind, lines are counted right inside of quotes as well.
  const text = decoded.replace(/\r\n?/g, '\n');
  const lines: CsvLine[] = [];
  let line = 1;
  const keep = (cells: unknown, { lines: end }: { lines: number }) => {
    if (Array.isArray(cells) && cells.some((cell) => String(cell).trim() !== '')) {
      lines.push({ line, cells: cells.map(String) });
    }
    line = end + 1;
    return null;
  };
  try {
    parse(text, {
      delimiter: findDelimiter(text),
      record_delimiter: '\n',
      relax_column_count: true,
      on_record: keep,
    });
    return { lines };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { lines, problem: { line, message: explain(error.code) } };
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function findDelimiter(text: string): string {
  const first = text.trimStart().split('\n', 1)[0] ?? '';
  const count = (delimiter: string) => first.split(delimiter).length;
  return delimiters.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function explain(code: string): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'A quote that begins here is not closed.';
  return 'A quote stands in the middle of a cell: quote the whole cell, and write a quote in it twice.';
}

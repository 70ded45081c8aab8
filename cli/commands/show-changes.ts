import { structuredPatch } from 'diff';
import { stringify } from 'yaml';
import { printable } from '../columns.ts';
import type { Style, Terminal } from '../terminal.ts';
import type { Applied, DocumentChange } from './document-calls.ts';

/** Lines that are shown around a changed line of a longer text. */
const contextLines = 2;

/** Prints what changes, by path: `+` added, `-` removed, `~` changed or in another order, and how much of each. */
export function printChanges(terminal: Pick<Terminal, 'print' | 'paint'>, changes: readonly DocumentChange[]): void {
  for (const change of changes) {
    for (const [style, line] of describeChange(change)) {
      terminal.print(style === undefined ? line : terminal.paint(style, line));
    }
  }
  terminal.print(summarise(changes));
}

/** Says what is no difference and yet worth knowing. */
export function sayRemarks({ say }: Terminal, { moreChanges, warnings, notYet }: Applied): void {
  if (moreChanges > 0) say(`There are ${moreChanges} more changes than one answer holds.`);
  for (const warning of warnings) say(`Note: ${printable(warning)}`);
  for (const part of notYet) say(`Accepted, and without effect yet: ${printable(part)}`);
}

/** Such as "2 added, 1 changed". */
function summarise(changes: readonly DocumentChange[]): string {
  const counts = (['added', 'changed', 'moved', 'removed'] as const).map(
    (what) => [what, changes.filter(({ kind }) => kind === what).length] as const,
  );
  const parts = counts.flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
  return parts.length === 0 ? 'Nothing to change.' : `${parts.join(', ')}.`;
}

type Line = readonly [style: Style | undefined, text: string];

function describeChange({ kind, path, from, to }: DocumentChange): Line[] {
  if (kind === 'added') return whole('+', 'green', path, to);
  if (kind === 'removed') return whole('-', 'red', path, from);
  const [before, after] = [linesOf(from), linesOf(to)];
  if (before.length === 1 && after.length === 1) return [['yellow', `~ ${path}: ${before[0]} → ${after[0]}`]];
  const { hunks } = structuredPatch('', '', before.join('\n'), after.join('\n'), '', '', { context: contextLines });
  const changed = hunks.flatMap(({ lines }, place): Line[] => [
    ...(place === 0 ? [] : [['dim', '      …'] as const]),
    ...lines.filter((line) => !line.startsWith('\\')).map((line): Line => [styleOf(line), `    ${line}`]),
  ]);
  return [['yellow', `~ ${path}:`], ...changed];
}

function whole(mark: string, style: Style, path: string, value: unknown): Line[] {
  const lines = linesOf(value);
  if (lines.length === 1) return [[style, `${mark} ${path}: ${lines[0]}`]];
  return [[style, `${mark} ${path}:`], ...lines.map((line): Line => [style, `${mark}     ${line}`])];
}

/** A value as the document would have it, each line without what could steer a terminal. */
function linesOf(value: unknown): string[] {
  const text = typeof value === 'string' && value.includes('\n') ? value : stringify(value, { lineWidth: 0 });
  return text.trimEnd().split('\n').map(printable);
}

function styleOf(line: string): Style | undefined {
  if (line.startsWith('+')) return 'green';
  return line.startsWith('-') ? 'red' : 'dim';
}

import { listKeyPrefixes } from '../../adapters/dynamodb/api-keys.ts';
import type { ProjectPointer } from '../../adapters/dynamodb/projects.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { ProjectDocument } from '../../core/document/schema.ts';

/** How long a run that erases waits, in seconds: longer than any function runs that still knew what is gone, but for the settling of uploads. */
export const eraseWaitSeconds = 70;
/** How long activity is kept, in days. */
const activityDays = 30;
const dayMs = 24 * 60 * 60 * 1_000;

/** What an erasure looks through beside a project's lists: the types of its tickets, and the days of activity of every API key. */
export async function lookedThrough(
  table: Table,
  { pointer, document, now }: { pointer: ProjectPointer; document: unknown; now: number },
): Promise<{ feedbackTypes: string[]; activity: string[] }> {
  const types = ProjectDocument.parse(document).feedbackTypes.map(({ key }) => key);
  const callers = ['', ...(await listKeyPrefixes(table))];
  const days = daysOf(Math.max(Date.parse(pointer.createdAt), now - activityDays * dayMs), now + dayMs);
  return {
    feedbackTypes: [...new Set([...types, ...Object.values(pointer.idPrefixes)])],
    activity: callers.flatMap((caller) => days.map((day) => `activity/${caller}/${day}`)),
  };
}

/** The days from one instant to another (epoch milliseconds), both included. */
function daysOf(from: number, to: number): string[] {
  const first = Math.floor(from / dayMs);
  const count = Math.floor(to / dayMs) - first + 1;
  return Array.from({ length: count }, (_, day) => new Date((first + day) * dayMs).toISOString().slice(0, 10));
}

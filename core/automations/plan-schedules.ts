import * as z from 'zod';
import type { Automation, ProjectDocument } from '../document/schema.ts';
import type { Schedule } from '../document/schema-automations.ts';
import { latestOccurrence, nextOccurrence } from '../schedules/occurrences.ts';
import { writtenTime } from '../schedules/schedule-time.ts';

/** When one scheduled automation runs next, and ran last. */
const TimetableEntry = z.object({
  automation: z.string().describe('The key of the automation.'),
  spec: z
    .string()
    .describe('The schedule from which `nextAt` was reckoned, written out; the same text is the same schedule.'),
  nextAt: z.iso.datetime().optional().describe('Absent where it runs no more.'),
  lastAt: z.iso.datetime().optional().describe('The time by the schedule for which it ran last.'),
  lastRun: z.string().optional().describe('The id of the run.'),
});
type TimetableEntry = z.infer<typeof TimetableEntry>;

/** When the scheduled automations of a project run. */
export const Timetable = z.object({ project: z.string(), entries: z.array(TimetableEntry) });
export type Timetable = z.infer<typeof Timetable>;

/** An automation whose time has come; of several missed times `occurrence` is the latest, and stands for all of them. */
export type DueAutomation = { automation: Automation; occurrence: string };

/**
 * The timetable for a document at an instant, in epoch milliseconds: one entry for each automation that is enabled and has a
 * schedule. One whose schedule is as before keeps its next run, even where that is due by now: an apply swallows no run.
 */
export function planTimetable(document: ProjectDocument, previous: Timetable | undefined, nowMs: number): Timetable {
  const entries = listScheduled(document).map(({ automation, schedule }): TimetableEntry => {
    const spec = writeSpec(schedule);
    const known = previous?.entries.find((entry) => entry.automation === automation.key);
    if (known?.spec === spec) return known;
    const { nextAt: _, ...history } = known ?? {};
    return { ...history, automation: automation.key, spec, ...writeNext(schedule, nowMs) };
  });
  return { project: document.project.key, entries };
}

/**
 * The automations that are due at an instant, in the document's order, and the timetable after them. It goes by the document:
 * one that was removed, disabled or given another time meanwhile is not due. Of more than `most` the others stay due.
 */
export function takeDue(
  timetable: Timetable,
  document: ProjectDocument,
  nowMs: number,
  most = Number.POSITIVE_INFINITY,
): { due: DueAutomation[]; next: Timetable } {
  const planned = planTimetable(document, timetable, nowMs);
  const due: DueAutomation[] = [];
  const entries = planned.entries.map((entry): TimetableEntry => {
    const automation = document.automations.find(({ key }) => key === entry.automation);
    const { nextAt, ...kept } = entry;
    if (automation?.schedule === undefined || nextAt === undefined || Date.parse(nextAt) > nowMs) return entry;
    if (due.length >= most) return entry;
    const { schedule } = automation;
    // A zone's rules may have changed since the time was reckoned: then it counts as it was.
    const latest = latestOccurrence(schedule, Date.parse(nextAt) - 1, nowMs) ?? Date.parse(nextAt);
    const occurrence = new Date(latest).toISOString();
    due.push({ automation, occurrence });
    return { ...kept, lastAt: occurrence, ...writeNext(schedule, nowMs) };
  });
  return { due, next: { ...planned, entries } };
}

/** When the timetable has to be looked at again, in RFC 3339; undefined where nothing runs any more. */
export function dueAt({ entries }: Timetable): string | undefined {
  // Instants of one form sort as texts.
  return entries.flatMap(({ nextAt }) => nextAt ?? []).sort()[0];
}

function listScheduled({ automations }: ProjectDocument): { automation: Automation; schedule: Schedule }[] {
  return automations.flatMap((automation) => {
    const { enabled, schedule } = automation;
    return enabled && schedule !== undefined ? [{ automation, schedule }] : [];
  });
}

/** A default that is written out changes nothing, and neither does the order of properties. */
function writeSpec(schedule: Schedule): string {
  const { every, timeZone, start, end } = schedule;
  return JSON.stringify({ every, at: writtenTime(schedule), timeZone, start, end });
}

function writeNext(schedule: Schedule, afterMs: number): Pick<TimetableEntry, 'nextAt'> {
  const next = nextOccurrence(schedule, afterMs);
  return next === undefined ? {} : { nextAt: new Date(next).toISOString() };
}

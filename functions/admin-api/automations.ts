import { listLastRuns } from '../../adapters/dynamodb/automation-log.ts';
import { findRun } from '../../adapters/dynamodb/runs.ts';
import { findTimetable } from '../../adapters/dynamodb/timetables.ts';
import type { AutomationRun } from '../../core/automations/automation-run.ts';
import type { CursorList } from '../../core/cursors.ts';
import type { Automation } from '../../core/document/schema.ts';
import { notFound } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import type { ShownAutomation } from './automation-schemas.ts';
import type { AdminDependencies, Handle, ProjectCall } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { PageQuery } from './schemas.ts';

/** Last runs that are shown of each automation. */
const shownRuns = 5;
/** Automations of a page at most: each takes a query, and a read for each run by schedule. */
const maxPageItems = 50;

/** Lists the automations of the document in force, in its order, with when each runs next and how its last runs went. */
export const listProjectAutomations: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const { table, readConfiguration } = dependencies;
  const query = readQuery(request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const configuration = await readConfiguration(project);
  if (configuration === undefined) return notFound();
  const list: CursorList = { route: request.routeKey, project, filters: {} };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const { automations } = configuration.document;
  // A place in the list: where the document changed meanwhile, the page may repeat or leave out what has moved.
  const start = place.input === undefined ? 0 : Number(place.input);
  const shown = automations.slice(start, start + Math.min(query.input.limit, maxPageItems));
  const timetable = shown.some(({ schedule }) => schedule !== undefined)
    ? await findTimetable(table, project)
    : undefined;
  const items = await Promise.all(
    shown.map(async (automation): Promise<ShownAutomation> => {
      const entry = timetable?.timetable.entries.find((one) => one.automation === automation.key);
      const nextRunAt = automation.enabled ? entry?.nextAt : undefined;
      const lastRuns = await readLastRuns(dependencies, project, automation);
      return { ...automation, ...(nextRunAt === undefined ? {} : { nextRunAt }), lastRuns };
    }),
  );
  const end = start + shown.length;
  return await answerPage(dependencies, list, { items, next: end < automations.length ? String(end) : undefined });
};

async function readLastRuns(
  { table }: AdminDependencies,
  project: string,
  { key }: Automation,
): Promise<ShownAutomation['lastRuns']> {
  const runs = await listLastRuns(table, project, key, shownRuns);
  return await Promise.all(
    runs.map(async ({ automation: _, ...run }: AutomationRun) => {
      const found = run.run === undefined ? undefined : await findRun(table, { project, id: run.run });
      if (found === undefined) return run;
      const { state, total, done, failed, skipped } = found;
      return { ...run, progress: { state, total, done, failed, skipped } };
    }),
  );
}

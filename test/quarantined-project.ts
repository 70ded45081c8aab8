import { listSubmissions } from '../adapters/dynamodb/quarantine.ts';
import type { ProjectDocument } from '../core/document/schema.ts';
import type { TestEngines } from './engines.ts';
import { replaceDocument, seedKeys } from './project.ts';
import { receiver } from './receive.ts';
import { projectWithRuns } from './run-project.ts';

/** A project whose crash log keeps what it rejects, with what sends reports and what looks at them. */
export async function projectWithQuarantine(engines: TestEngines, change?: (document: ProjectDocument) => void) {
  const { table } = engines;
  await seedKeys(table);
  const project = await projectWithRuns(engines, {
    change: (document) => {
      for (const source of document.externalSources) source.keepRejected = true;
      change?.(document);
    },
  });
  const { call, path, clock, document } = project;
  const { send, observer } = receiver(engines, project, clock);
  return {
    ...{ ...project, send, observer },
    kept: async (query = ''): Promise<Record<string, unknown>[]> =>
      Object((await call('GET', `${path}/quarantine${query}`)).json).items,
    waiting: async () =>
      (
        await listSubmissions(
          table,
          project.project,
          { limit: 200, newestFirst: false },
          { state: 'waiting' },
          clock.now(),
        )
      ).items,
    show: async (id: string) => await call('GET', `${path}/quarantine/${id}`),
    replay: async (id: string, query = '') => await call('POST', `${path}/quarantine/${id}/replay${query}`),
    replayAll: async (body: object) => await call('POST', `${path}/quarantine/replay`, { body }),
    correct: async (id: string, body: unknown, version: number | undefined) =>
      await call('PUT', `${path}/quarantine/${id}`, {
        body,
        headers: version === undefined ? {} : { 'if-match': `"${version}"` },
      }),
    tickets: async (): Promise<Record<string, unknown>[]> =>
      Object((await call('GET', `${path}/tickets?limit=200`)).json).items,
    /** Adds an option to the field `severity`, as a project manager who corrects the document. */
    async allow(option: string): Promise<void> {
      const severity = document.feedbackTypes[0]?.fields.find(({ key }) => key === 'severity');
      severity?.options?.push(option);
      await replaceDocument(table, project.project, document);
    },
  };
}

/** The id under which a refused report is kept. */
export function idOf({ json }: { json: unknown }): string {
  const { quarantine } = Object(json);
  if (typeof quarantine !== 'string') throw new Error(`it is not kept: ${JSON.stringify(json)}`);
  return quarantine;
}

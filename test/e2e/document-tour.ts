import { expect, vi } from 'vitest';
import * as z from 'zod';
import type { StackCalls } from './stack-calls.ts';

const AuditPage = z.object({ items: z.array(z.object({ action: z.string() })), cursor: z.string().optional() });

/** A preview changes nothing, and a piece of a file nothing until its import is begun. */
const changeNothing: ReadonlySet<string> = new Set(['preview-template', 'put-import-piece']);

/** Looks at what the project was before, and makes another one of it. */
export async function lookBack({ call }: StackCalls): Promise<void> {
  await call(200, 'list-document-versions', { query: '?limit=1' });
  await call(200, 'get-document-version', { path: { version: '1' } });
  await call(200, 'compare-document-versions', { path: { version: '2' }, query: '?against=1' });
  const body = { key: 'apollo-2', name: 'Apollo 2', members: true };
  await call(201, 'copy-project', { body });
  await call(409, 'copy-project', { body });
  const copy = { project: 'apollo-2' };
  await call(200, 'archive-project', { path: copy });
  await call(409, 'put-secret', { path: { ...copy, name: 'late' }, body: { value: 'x' } });
  await call(200, 'unarchive-project', { path: copy });
  await call(409, 'delete-project', { path: copy, body: { key: 'apollo-2' } });
  await call(200, 'show-snippets', { path: { source: 'appcrashlog' } });
  await call(200, 'show-postman');
  await call(200, 'list-project-audit', { query: '?limit=1' });
  await call(200, 'list-audit', { query: '?limit=1' });
}

/** Has the copy cleared away, which begins after the tour. */
export async function removeCopy({ call }: StackCalls): Promise<void> {
  const path = { project: 'apollo-2' };
  await call(200, 'archive-project', { path });
  await call(202, 'delete-project', { path, body: { key: 'apollo-2' } });
  await call(404, 'get-project', { path });
  await call(409, 'copy-project', { body: { key: 'apollo-2' } });
}

/** Finds an entry of every route that has changed something. */
export async function readAudit({ call, changed }: StackCalls): Promise<void> {
  const actions = new Set<string>();
  const readAll = async () => {
    let cursor: string | undefined;
    do {
      const query = `?limit=200${cursor === undefined ? '' : `&cursor=${cursor}`}`;
      const page = AuditPage.parse((await call(200, 'list-audit', { query })).json);
      for (const { action } of page.items) actions.add(action);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect([...changed].filter((name) => !changeNothing.has(name) && !actions.has(name))).toEqual([]);
  };
  // Lists may lag a write by a second.
  await vi.waitFor(readAll, { timeout: 5_000, interval: 200 });
}

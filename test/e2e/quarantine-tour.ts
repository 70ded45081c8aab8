import { expect, vi } from 'vitest';
import * as z from 'zod';
import type { StackCalls } from './stack-calls.ts';

const Kept = z.object({ quarantine: z.string() });
const Run = z.object({ id: z.string() });

/** A source keeps what it rejects, large and small: it is looked at, corrected, replayed, and deleted. */
export async function keepAndReplay({ call, keys }: StackCalls & { keys: Readonly<Record<string, string>> }) {
  const { text, etag } = await call(200, 'get-document');
  const body = text.replace('"apiKey":"web"', '"apiKey":"web","keepRejected":true');
  await call(200, 'put-document', { body, headers: { 'if-match': etag } });
  const idea = { title: 'An idea', email: 'jim@example.com', text: 'x'.repeat(9_000) };
  const reject = async () => {
    const sent = { path: { source: 'webform' }, body: idea, headers: { 'x-api-key': keys.web ?? '' } };
    return Kept.parse((await call(400, 'receive-feedback', sent)).json).quarantine;
  };
  const submission = await reject();
  await call(200, 'list-quarantine', { query: '?source=webform&state=waiting' });
  const shown = await call(200, 'get-quarantined', { path: { submission } });
  const corrected = { path: { submission }, body: { body: { ...idea, state: 'New' } } };
  await call(200, 'correct-quarantined', { ...corrected, headers: { 'if-match': shown.etag } });
  await call(201, 'replay-quarantined', { path: { submission } });
  const other = await reject();
  await call(200, 'replay-quarantine', { body: { dryRun: true } });
  const { id: run } = Run.parse((await call(202, 'replay-quarantine', { body: { source: 'webform' } })).json);
  await vi.waitFor(
    async () =>
      expect((await call(200, 'get-run', { path: { run } })).json).toMatchObject({ state: 'done', failed: 1 }),
    { timeout: 20_000, interval: 50 },
  );
  await call(204, 'delete-quarantined', { path: { submission: other } });
}

/** The last calls of a source and of a listener are kept, looked at and forgotten. */
export async function inspectCalls({ call, report, keys }: StackCalls & { keys: Readonly<Record<string, string>> }) {
  const source = { path: { source: 'appcrashlog' } };
  const listener = { path: { listener: 'jirastatus' } };
  await call(200, 'open-source-inspector', source);
  await call(200, 'open-listener-inspector', listener);
  await report('appcrashlog', { summary: 'Looked at' });
  const event = { ...listener, query: '?find=BUG-9999', body: { issue: 1 }, headers: { 'x-api-key': keys.jira ?? '' } };
  await call(200, 'fire-feedback-listener', event);
  expect((await call(200, 'show-source-calls', source)).json).toMatchObject({
    items: [{ json: { summary: 'Looked at' } }],
  });
  expect((await call(200, 'show-listener-calls', listener)).json).toMatchObject({ items: [{ json: { issue: 1 } }] });
  await call(204, 'close-source-inspector', source);
  await call(204, 'close-listener-inspector', listener);
}

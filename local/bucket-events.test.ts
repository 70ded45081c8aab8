import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type BucketEvent, openBucketEvents } from './bucket-events.ts';

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-events-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const put = (key: string) => ({ name: 'ObjectCreated:Put', bucket: 'files', key, eTag: 'e', size: 1 }) as const;
const nothing = async () => {};
const always = async () => true;

function collector() {
  const events: BucketEvent[] = [];
  return { events, listen: async (event: BucketEvent) => void events.push(event) };
}

describe('bucket events', () => {
  test('are kept from before their change until they are taken', async () => {
    const folder = folderForTest();
    const events = openBucketEvents(folder);
    const taken = Promise.withResolvers<void>();
    await events.listen(() => taken.promise, always);
    const inChange = await events.tell(put('a'), async () => readdirSync(folder).length);
    expect([inChange, readdirSync(folder).length]).toEqual([1, 1]);
    taken.resolve();
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]));
  });

  test('are not told of a change that failed', async () => {
    const folder = folderForTest();
    const { events: told, listen } = collector();
    const events = openBucketEvents(folder);
    await events.listen(listen, always);
    await expect(events.tell(put('a'), () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    await events.tell(put('b'), nothing);
    await vi.waitFor(() => expect(told).toMatchObject([{ key: 'b' }]));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('are told by the next process where this one ends, in order, if what they tell of happened', async () => {
    const folder = folderForTest();
    const first = openBucketEvents(folder);
    await first.listen(() => Promise.reject(new Error('stopped')), always);
    for (const key of ['a', 'b', 'c']) await first.tell(put(key), nothing);
    expect(readdirSync(folder)).toHaveLength(3);
    const { events: told, listen } = collector();
    await openBucketEvents(folder).listen(listen, async ({ key }) => key !== 'b');
    expect(told.map(({ key }) => key)).toEqual(['a', 'c']);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]));
  });

  test('wait for who listens', async () => {
    const events = openBucketEvents(folderForTest());
    await events.tell(put('a'), nothing);
    const { events: told, listen } = collector();
    await events.listen(listen, always);
    expect(told).toMatchObject([{ key: 'a' }]);
  });

  test('without a folder are gone where nobody listens', async () => {
    const events = openBucketEvents();
    await events.tell(put('a'), nothing);
    const { events: told, listen } = collector();
    await events.listen(listen, always);
    await events.tell(put('b'), nothing);
    expect(told).toMatchObject([{ key: 'b' }]);
  });
});

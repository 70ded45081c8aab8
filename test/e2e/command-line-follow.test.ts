import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginCommand } from './command-line.ts';
import { temporaryFolder } from './running-stack.ts';
import { openStubServer, type StubCall, type StubServer } from './stub-server.ts';

let folder: ReturnType<typeof temporaryFolder>;
let server: StubServer;
/** Deliveries by id, the oldest first, and what crossed, the newest first. */
let deliveries: Map<string, string>;
let calls: { at: string; [name: string]: unknown }[];
/** What the server answers instead of what it was asked. */
let trouble: (() => { status: number; headers?: Record<string, string>; json: unknown }) | undefined;
let lists = 0;

beforeEach(async () => {
  folder = temporaryFolder();
  [deliveries, calls, trouble, lists] = [new Map(), [], undefined, 0];
  server = await openStubServer((call) => (trouble === undefined ? answer(call) : trouble()));
});

afterEach(async () => {
  await server.close();
  folder.remove();
});

function answer({ path, query }: StubCall) {
  if (path.endsWith('/activity'))
    return { json: { items: calls.filter(({ at }) => at >= (query.get('since') ?? '')) } };
  const id = path.split('/deliveries/')[1];
  if (id !== undefined) return deliveries.has(id) ? { json: show(id) } : { status: 404, json: {} };
  lists += 1;
  const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit'))];
  const ids = [...deliveries.keys()].reverse();
  const more = ids.length > from + limit ? { cursor: String(from + limit) } : {};
  return { json: { items: ids.slice(from, from + limit).map(show), ...more } };
}

function show(id: string) {
  const createdAt = '2026-11-21T09:00:00.000Z';
  return {
    id,
    macro: 'log',
    action: 'webhook-1',
    target: { ticket: 'BUG-0001' },
    outcome: deliveries.get(id),
    createdAt,
  };
}

function follow() {
  const env = { FEEDBRIDGE_URL: server.origin, FEEDBRIDGE_TOKEN: 'token' };
  return beginCommand(folder.path, ['tail', '-p', 'apollo'], { env });
}

test('tail tells of every delivery that it saw pending, however many have come after it', async () => {
  deliveries.set('first', 'pending');
  const tail = follow();
  await tail.until('stderr', /^Following apollo/m);
  for (let number = 0; number < 450; number += 1) deliveries.set(`bulk-${number}-`, 'pending');
  const before = lists;
  await expect.poll(() => lists, { timeout: 20_000 }).toBeGreaterThan(before + 4);
  for (const id of deliveries.keys()) deliveries.set(id, 'delivered');
  await tail.until('stdout', /delivered +log\/webhook-1 BUG-0001 first\n/);
  await tail.until('stdout', /(?:.*delivered .*\n){451}/);
  tail.child.kill('SIGINT');
  const { exitCode, stdout } = await tail.ended;
  expect(exitCode).toBe(0);
  expect(stdout.trimEnd().split('\n')).toHaveLength(451);
});

test('tail goes on after a server that was not reached, or had too much to do, and misses nothing of that time', async () => {
  const tail = follow();
  await tail.until('stderr', /^Following apollo/m);
  trouble = () => {
    throw new Error('nobody is there');
  };
  await tail.until('stderr', /cannot be reached.*Going on/);
  let busy = 0;
  trouble = () => {
    busy += 1;
    return { status: 503, headers: { 'retry-after': '0' }, json: { description: 'Too busy.' } };
  };
  await expect.poll(() => busy, { timeout: 20_000 }).toBeGreaterThan(8);
  const entry = {
    method: 'POST',
    route: '/api/v1/x',
    address: '::1',
    status: 400,
    outcome: 'refused',
    requestId: 'r1',
  };
  calls.unshift({ ...entry, at: new Date().toISOString() });
  deliveries.set('meanwhile', 'failed');
  trouble = undefined;
  await tail.until('stdout', /refused +400 POST/);
  await tail.until('stdout', /failed .* meanwhile/);
  tail.child.kill('SIGINT');
  expect(await tail.ended).toMatchObject({ exitCode: 0 });
});

test('tail ends where its token counts no more and no other is to be had', async () => {
  const tail = follow();
  await tail.until('stderr', /^Following apollo/m);
  trouble = () => ({ status: 401, json: { message: 'Unauthorized' } });
  expect(await tail.ended).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('(401)') });
});

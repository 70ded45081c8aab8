import { type RunningStack, runStack, temporaryFolder } from '../test/e2e/running-stack.ts';
import { type ReceivingServer, startReceivingServer } from '../test/receiving-server.ts';
import { type Figure, notMeasured, withoutBar } from './figure.ts';
import { loop } from './plain-loop.ts';
import type { Setting } from './setting.ts';

const connections = 10;

/** Times reports until the last webhook arrived, through the local stack as `npm start` runs it, everything on disk. */
export async function measurePipeline({ quick }: Setting): Promise<Figure[]> {
  const reports = quick ? 200 : 2_000;
  const folder = temporaryFolder();
  const stack = await runStack(folder.path);
  const arrivals = await countArrivals();
  await stack.admin('PUT', '/projects/apollo/secrets/slack-webhook-url', { value: `${arrivals.server.origin}/slack` });
  await send(stack, 20, 'Warm-up');
  await arrivals.until('Warm-up', 20);
  const startedAt = performance.now();
  await send(stack, reports, 'Crash');
  const acceptedMs = performance.now() - startedAt;
  await arrivals.until('Crash', reports);
  const arrivedMs = performance.now() - startedAt;
  await stack.end('SIGTERM');
  await arrivals.server.stop();
  folder.remove();
  return describe(reports, acceptedMs, arrivedMs);
}

async function send(stack: RunningStack, count: number, name: string): Promise<void> {
  const description = 'It happens every time, since the last update. '.repeat(10);
  await loop(count, connections, async (place) => {
    const { status } = await stack.report({ summary: `${name} ${place}`, description, severity: 'Critical' });
    if (status !== 201) throw new Error(`a report was answered with ${status}`);
  });
}

/** A receiver that counts different reports: a webhook may come twice. */
async function countArrivals(): Promise<{
  server: ReceivingServer;
  until(name: string, count: number): Promise<void>;
}> {
  const seen = new Map<string, Set<string>>();
  let check = () => {};
  const server = await startReceivingServer((response, _place, { body }) => {
    const [report = '', name = ''] = /([A-Z][a-z-]+) \d+/.exec(body) ?? [];
    const reports = seen.get(name) ?? new Set();
    seen.set(name, reports.add(report));
    check();
    response.end('ok');
  });
  const until = (name: string, count: number) =>
    new Promise<void>((resolve) => {
      check = () => seen.get(name)?.size === count && resolve();
      check();
    });
  return { server, until };
}

function describe(reports: number, acceptedMs: number, arrivedMs: number): Figure[] {
  const rate = (ms: number) => `${(reports / (ms / 1_000)).toFixed(0)} reports/s`;
  const how =
    `${reports} reports of 600 bytes by ${connections} connections to \`npm start\` with its data on disk, each with one ` +
    'webhook to a loopback receiver, all on this machine.';
  return [
    withoutBar({ subject: 'pipeline, until the last webhook arrived', figure: rate(arrivedMs), how }),
    withoutBar({ subject: 'pipeline, until the last report was accepted', figure: rate(acceptedMs), how }),
    notMeasured('pipeline, against n8n and Directus', 'ahead of both', 'Neither is installed with this repository.'),
  ];
}

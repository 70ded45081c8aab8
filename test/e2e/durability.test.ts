import { expect, test } from 'vitest';
import { startReceivingServer } from '../receiving-server.ts';
import { runStack, temporaryFolder } from './running-stack.ts';

test('200 reports while the receiver is down, a SIGKILL, both started again: all 200 webhooks arrive', async () => {
  const folder = temporaryFolder();
  // Down, and asking for ten seconds: however long the reports take here, no attempt waits for the schedule's five minutes.
  const before = await startReceivingServer((response) => response.writeHead(503, { 'retry-after': '10' }).end());
  const port = Number(new URL(before.origin).port);
  const first = await runStack(folder.path);
  const slack = { value: `${before.origin}/slack` };
  expect((await first.admin('PUT', '/projects/apollo/secrets/slack-webhook-url', slack)).status).toBe(204);
  const reports = Array.from({ length: 200 }, (_, place) => ({ summary: `Crash ${place}`, severity: 'Critical' }));
  const answers: { status: number }[] = [];
  await Promise.all(
    Array.from({ length: 10 }, async (_, connection) => {
      for (let place = connection; place < reports.length; place += 10)
        answers.push(await first.report(reports[place]));
    }),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(200);
  await first.end('SIGKILL');
  await before.stop();
  const receiver = await startReceivingServer(undefined, port);
  const second = await runStack(folder.path);
  // An attempt that the kill interrupted may come again, with the same id: what counts is that none is missing.
  await receiver.until((received) => new Set(received.map(({ body }) => /Crash \d+/.exec(body)?.[0])).size === 200);
  await second.end('SIGTERM');
  await receiver.stop();
  folder.remove();
});

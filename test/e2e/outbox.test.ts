import { expect, inject, test, vi } from 'vitest';
import * as z from 'zod';
import { startStack } from '../../local/stack.ts';
import type { Stack } from '../../local/stack-options.ts';
import { pendingMail } from '../pending-mail.ts';
import { tellAndLeave } from './notification-tour.ts';
import { temporaryFolder } from './running-stack.ts';
import { stackCalls } from './stack-calls.ts';
import { storeInStack } from './stack-table.ts';

const Outbox = z.object({ items: z.array(z.looseObject({ subject: z.string() })) });

/** Starts a stack on a folder, and gives the environments of its functions, put together. */
async function startOn(dataDir: string): Promise<{ stack: Stack; engines: Record<string, string> }> {
  const engines: Record<string, string> = {};
  const stack = await startStack({
    assemblyDir: inject('assemblyDir'),
    dataDir,
    environment: (_, environment) => {
      Object.assign(engines, environment);
      return environment;
    },
  });
  return { stack, engines };
}

async function readOutbox({ localJson }: Stack) {
  return Outbox.parse(await (await fetch(`${localJson.outbox}.json`)).json()).items;
}

test('the outbox shows an e-mail that was stored as a pending delivery, escaped, and still after a restart', async () => {
  const folder = temporaryFolder();
  const { stack, engines } = await startOn(folder.path);
  expect(await readOutbox(stack)).toEqual([]);
  expect(await (await fetch(stack.localJson.outbox)).text()).toContain('Nothing yet.');
  const mail = pendingMail('outbox-mail', Date.now(), { mail: { subject: 'Crash <b>& burn</b>' } });
  await storeInStack(engines, mail);
  await vi.waitFor(async () => expect(await readOutbox(stack)).toHaveLength(1), { timeout: 20_000, interval: 50 });
  const { to, subject, text } = { to: [], subject: '', text: '', ...mail.mail };
  expect(await readOutbox(stack)).toMatchObject([{ from: 'feedbridge@localhost.test', to, subject, text }]);
  const page = await fetch(stack.localJson.outbox);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const html = await page.text();
  expect(html).toContain('Crash &#60;b&#62;&#38; burn&#60;/b&#62;');
  expect(html).not.toContain('<b>');
  await stack.stop();
  const again = await startOn(folder.path);
  expect(await readOutbox(again.stack)).toMatchObject([{ subject }]);
  await again.stack.stop();
  folder.remove();
});

test('a team is told of a new ticket, and whoever leaves by the link in the e-mail is not told of the next', async () => {
  const folder = temporaryFolder();
  const { stack } = await startOn(folder.path);
  await tellAndLeave(stackCalls(stack.localJson), stack.localJson.outbox);
  await stack.stop();
  folder.remove();
});

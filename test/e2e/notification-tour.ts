import { expect, vi } from 'vitest';
import * as z from 'zod';
import type { StackCalls } from './stack-calls.ts';

const Outbox = z.object({
  items: z.array(z.object({ to: z.array(z.string()), subject: z.string(), text: z.string() })),
});
const Created = z.object({ ticket: z.object({ id: z.string() }) });

/** How long to wait for what the stack does by itself, in milliseconds. */
const patience = { timeout: 20_000, interval: 50 };

/** Has a team of two told of new tickets, and one of them leave: the next ticket is told to the other alone. */
export async function tellAndLeave(calls: StackCalls, outbox: string): Promise<void> {
  await addTeam(calls);
  const report = async (summary: string) =>
    Created.parse(await calls.report('appcrashlog', { summary, severity: 'Low' })).ticket.id;
  const sentAbout = async (ticket: string) => {
    const { items } = Outbox.parse(await (await fetch(`${outbox}.json`)).json());
    return items.filter(({ subject }) => subject.includes(`${ticket} is new for Beta Support`));
  };
  const first = await report('Told');
  await vi.waitFor(async () => expect(await sentAbout(first)).toHaveLength(2), patience);
  const mail = (await sentAbout(first)).find(({ to }) => to.includes('ada@example.com'));
  const [, query = ''] = /\/n(\?c=\S+)/.exec(mail?.text ?? '') ?? [];
  expect((await calls.call(200, 'show-notifications', { query })).text).toContain('are <strong>on</strong>');
  await calls.call(404, 'leave-notifications', { query: `${query}x` });
  await calls.call(200, 'leave-notifications', { query });
  const member = await calls.call(200, 'get-member', { path: { email: 'ada@example.com' } });
  expect(member.json).toMatchObject({ notifications: 'off' });
  const second = await report('Told to one');
  // Both e-mails would be committed together.
  await vi.waitFor(async () => expect(await sentAbout(second)).toMatchObject([{ to: ['zoe@example.com'] }]), patience);
  await calls.call(200, 'leave-notifications', { query: `${query}&on=true` });
}

async function addTeam({ call }: StackCalls): Promise<void> {
  const { text, etag } = await call(200, 'get-document');
  const zoe = { email: 'zoe@example.com', teams: ['beta-support'] };
  const body = text
    .replace('"name":"Beta Support"', '"name":"Beta Support","notify":{"submitted":true}')
    .replace('"teams":[', `"members":[${JSON.stringify(zoe)}],"teams":[`);
  await call(200, 'put-document', { body, headers: { 'if-match': etag } });
}

import { describe, expect } from 'vitest';
import { findMembers, writeMembers } from '../../adapters/dynamodb/members.ts';
import { writeWayOut } from '../../core/notifications/way-out.ts';
import { leaveNotifications } from '../../functions/leave-notifications/handler.ts';
import { testKeys } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { injectConflicts } from '../faults.ts';
import { callThrough, recordingObserver } from '../gateway.ts';
import { mailSender } from '../mail.ts';
import { addressOf, notifiedProject } from '../notified-project.ts';
import { pendingMail } from '../pending-mail.ts';
import { seededIds } from '../seeded.ts';

/** A project with two supporters, a ticket, and the page by which they leave. */
async function leavingProject(engines: TestEngines, name?: string) {
  const notified = await notifiedProject(engines, (document) => {
    if (name !== undefined) document.project.name = name;
  });
  const { project, clock } = notified;
  await notified.join('beta-support', ['bob@example.com', 'o<i>@example.com']);
  const observer = recordingObserver();
  const call = callThrough(
    leaveNotifications({
      table: engines.table,
      loadKeys: async () => testKeys,
      now: clock.now,
      newId: seededIds(`${project}/leaving`),
      pause: async () => undefined,
    }),
    observer,
  );
  const wayOut = (email: string) => writeWayOut(testKeys.wayOut, { project, email });
  return {
    ...notified,
    observer,
    wayOut,
    get: async (capability: string) => await call({ method: 'GET', path: '/n', query: `c=${capability}` }),
    post: async (capability: string, more = '', body = '') =>
      await call({ method: 'POST', path: '/n', query: `c=${capability}${more}`, body }),
    choiceOf: async (email: string) =>
      (await notified.ask('GET', `/members/${encodeURIComponent(email)}`)).notifications,
  };
}

describe('the link at the end of an e-mail to a team', () => {
  test('turns off the e-mails of the person who got it, and of nobody else', async ({ engines }) => {
    const { report, tell, mails, clock, post, choiceOf } = await leavingProject(engines);
    await report();
    await tell();
    const [first] = await mails();
    expect(first?.mail?.text).not.toContain('/n?c=');
    await mailSender(engines, clock).deliver(first?.id ?? '');
    const [sent] = engines.mails().filter(({ to }) => to.includes('ada@example.com'));
    const [, capability = ''] = /https:\/\/api\.example\.com\/n\?c=([\w-]+)\n$/.exec(sent?.text ?? '') ?? [];
    expect(sent?.headers).toEqual({
      'List-Unsubscribe': `<https://api.example.com/n?c=${capability}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect((await post(capability, '', 'List-Unsubscribe=One-Click')).status).toBe(200);
    expect(await choiceOf('ada@example.com')).toBe('off');
    await report();
    await tell();
    const second = (await mails()).filter(({ target }) => 'ticket' in target && target.ticket === 'BUG-0002');
    expect(second.map(addressOf)).toEqual(['bob@example.com', 'o<i>@example.com']);
  });

  test('keeps back what is pending for that person, and what is sent again', async ({ engines }) => {
    const { report, tell, mails, clock, post, wayOut, ask } = await leavingProject(engines);
    const { deliver, find } = mailSender(engines, clock);
    const sentTo = (email: string) => engines.mails().filter(({ to }) => to.includes(email)).length;
    await report();
    await tell();
    const [toAda, toBob] = await mails();
    if (toAda === undefined || toBob === undefined) throw new Error('nobody was told');
    await deliver(toAda.id);
    const before = [sentTo('ada@example.com'), sentTo('bob@example.com')];
    await post(wayOut('ada@example.com'));
    await post(wayOut('bob@example.com'));
    expect(await deliver(toBob.id)).toMatchObject({ outcome: 'cancelled' });
    expect(await find(toBob)).toMatchObject({
      outcome: 'cancelled',
      reason: 'bob@example.com has turned these e-mails off',
      attempts: [],
    });
    const { id } = await ask('POST', `/deliveries/${toAda.id}/replay`);
    expect(await deliver(id)).toMatchObject({ outcome: 'cancelled' });
    expect(await ask('GET', `/deliveries/${id}`)).toMatchObject({ outcome: 'cancelled', attempts: [] });
    expect([sentTo('ada@example.com'), sentTo('bob@example.com')]).toEqual(before);
    await post(wayOut('ada@example.com'), '&on=true');
    const again = await ask('POST', `/deliveries/${toAda.id}/replay`);
    expect(await deliver(again.id)).toMatchObject({ outcome: 'delivered' });
    expect(sentTo('ada@example.com')).toBe(Number(before[0]) + 1);
  });

  test('keeps nothing else back that is sent to that person', async ({ engines }) => {
    const { project, clock, post, wayOut } = await leavingProject(engines);
    await post(wayOut('bob@example.com'));
    const mail = pendingMail(`${project}-from-a-macro`, clock.now(), { project, mail: { to: ['bob@example.com'] } });
    expect(await mailSender(engines, clock).deliverNew(mail)).toMatchObject({ outcome: 'delivered' });
  });

  test('shows a page that changes nothing, runs nothing and loads nothing', async ({ engines }) => {
    const { get, wayOut, choiceOf } = await leavingProject(engines);
    const { status, headers, text } = await get(wayOut('bob@example.com'));
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(text).toContain('bob@example.com</strong>');
    expect(text).toContain('are <strong>on</strong>');
    expect(text).not.toContain('<script');
    expect(await choiceOf('bob@example.com')).toBeUndefined();
  });

  test('shows names as they are, whatever is in them', async ({ engines }) => {
    const { get, wayOut } = await leavingProject(engines, '<script>alert("1")</script>');
    const { text } = await get(wayOut('o<i>@example.com'));
    expect(text).toContain('o&#60;i&#62;@example.com');
    expect(text).toContain('&#60;script&#62;alert(&#34;1&#34;)');
    expect(text).not.toMatch(/<script|<i>/);
  });

  test('turns them on again by the button that then stands there', async ({ engines }) => {
    const { post, wayOut, choiceOf, ask } = await leavingProject(engines);
    const capability = wayOut('bob@example.com');
    const { text } = await post(capability);
    expect(text).toContain('are <strong>off</strong>');
    const [, action = ''] = /action="\?([^"]+)"/.exec(text) ?? [];
    expect(action).toBe(`c=${capability}&#38;on=true`);
    await post(capability);
    expect((await post(capability, '&on=true')).text).toContain('are <strong>on</strong>');
    expect(await choiceOf('bob@example.com')).toBeUndefined();
    const { items } = await ask('GET', '/members/bob%40example.com/history?order=asc');
    expect(items).toMatchObject([
      { cause: { kind: 'person', by: 'bob@example.com' }, changes: [{ path: 'member.notifications', to: 'off' }] },
      { cause: { kind: 'person', by: 'bob@example.com' }, changes: [{ path: 'member.notifications', from: 'off' }] },
    ]);
  });

  test('stands against others that change the member at the same time', async ({ engines }) => {
    const { post, wayOut, choiceOf } = await leavingProject(engines);
    const undoSome = injectConflicts(engines.table, 4);
    const { status: statusOfBob } = await post(wayOut('bob@example.com'));
    undoSome();
    expect(statusOfBob).toBe(200);
    expect(await choiceOf('bob@example.com')).toBe('off');
    const undoAll = injectConflicts(engines.table, 5);
    const { status, json } = await post(wayOut('ada@example.com'));
    undoAll();
    expect({ status, json }).toMatchObject({ status: 503, json: { description: expect.stringContaining('Nothing') } });
    expect(await choiceOf('ada@example.com')).toBeUndefined();
  });

  test('leaves them off whatever else changes the member', async ({ engines }) => {
    const { report, tell, mails, post, wayOut, choiceOf, ask, table, project } = {
      ...(await leavingProject(engines)),
      table: engines.table,
    };
    await post(wayOut('bob@example.com'));
    await ask('POST', '/macros/thank/runs', { members: ['bob@example.com'] });
    const [stored] = [...(await findMembers(table, project, ['bob@example.com'])).values()];
    if (stored === undefined) throw new Error('bob is gone');
    const { version } = stored;
    await writeMembers(table, [{ project, member: { ...stored.member, name: 'Robert' }, version }]);
    expect(await choiceOf('bob@example.com')).toBe('off');
    await report();
    await tell();
    expect((await mails()).map(addressOf)).toEqual(['ada@example.com', 'o<i>@example.com']);
  });

  test('is good for one project only', async ({ engines }) => {
    const [one, other] = [await leavingProject(engines), await leavingProject(engines)];
    await other.post(one.wayOut('bob@example.com'));
    expect(await one.choiceOf('bob@example.com')).toBe('off');
    expect(await other.choiceOf('bob@example.com')).toBeUndefined();
  });

  test('that is forged, bent, or of somebody who is no member leads nowhere', async ({ engines }) => {
    const { get, post, wayOut } = await leavingProject(engines);
    const good = wayOut('bob@example.com');
    const odd = [...['', 'x', good.slice(1), `${good}A`, `${good}%00`], wayOut('nobody@example.com')];
    for (const capability of odd) {
      for (const { status, json } of [await get(capability), await post(capability)]) {
        expect(status).toBe(404);
        expect(json).toEqual({ status: 404, description: 'The requested resource could not be found.' });
      }
    }
  });

  test('with another choice than on or off is refused', async ({ engines }) => {
    const { post, wayOut, choiceOf } = await leavingProject(engines);
    const { status, json } = await post(wayOut('bob@example.com'), '&on=maybe');
    expect(status).toBe(400);
    expect(json).toMatchObject({ errors: [{ parameter: 'on', code: 'invalid_choice', allowed: ['true', 'false'] }] });
    expect(await choiceOf('bob@example.com')).toBeUndefined();
  });

  test('is in no log line, and neither is whose it is', async ({ engines }) => {
    const { get, post, wayOut, observer } = await leavingProject(engines);
    const capability = wayOut('bob@example.com');
    await get(capability);
    await post(capability);
    const logged = JSON.stringify(observer.lines);
    expect(logged).toContain('"choice":"off"');
    expect(logged).not.toContain(capability);
    expect(logged).not.toContain('bob');
  });
});

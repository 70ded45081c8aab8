import { ExternalListener } from '../core/document/schema-listeners.ts';
import { Macro } from '../core/document/schema-macros.ts';
import { personClaims } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { erasingProject } from './erasing-project.ts';
import { declaredForm, keyOfForm, postForm } from './file-project.ts';
import { dueNotifications } from './notified-project.ts';
import { replaceDocument } from './project.ts';

/** A project in which something of almost every kind lies, all of it about one person. */
export async function filledProject(engines: TestEngines, address: string) {
  const escaped = encodeURIComponent(address);
  const own = await erasingProject(engines, {
    webhook: { capture: 'jira', headers: { 'x-from': '((submitter.email))' } },
    answer: (response, _, { body }) =>
      response.end(JSON.stringify({ key: 'APO-1', id: 1, echo: body, about: escaped })),
    change: (document) => {
      for (const team of document.teams) team.notify = { submitted: true, moved: true };
      for (const source of document.externalSources) source.keepRejected = true;
      document.externalListeners.push(
        ExternalListener.parse({
          key: 'jiradata',
          name: 'J',
          target: 'feedback',
          type: 'data',
          group: 'jira',
          apiKey: 'jira',
        }),
      );
      document.macros.push(
        Macro.parse({
          key: 'mail',
          name: 'Mail',
          target: 'member',
          actions: [
            { kind: 'email', to: '((member.email))', subject: 'Dear ((member.email))', text: 'Hello' },
            {
              kind: 'webhook',
              method: 'POST',
              url: 'http://127.0.0.1:9/u/((member.email))',
              contentType: 'form',
              body: { who: '((member.email))' },
            },
          ],
        }),
        Macro.parse({
          key: 'large',
          name: 'Large',
          target: 'feedback',
          feedbackType: 'issues',
          actions: [
            {
              kind: 'webhook',
              method: 'POST',
              url: 'http://127.0.0.1:9/',
              contentType: 'json',
              body: `{"a":"((submitter.email)) ${'x'.repeat(9_000)}"}`,
            },
          ],
        }),
      );
    },
  });
  const { project, table, ask, report, declare, arrived, deliver, lastDelivery, fire, send, work, clock, api, path } =
    own;
  // An old version of the document names the person, the one in force does not.
  await replaceDocument(table, project, {
    ...own.document,
    externalSources: own.document.externalSources.map((source) => ({ ...source, defaultSubmitter: address })),
  });
  await replaceDocument(table, project, own.document);
  const asJim = api.as(personClaims(address, ['administrators']));
  const { ticket, crashLog } = await report({
    summary: `From Jim@Example.com`,
    description: `Write to ${address}`,
    submitter: address,
  });
  await deliver(await lastDelivery());
  clock.advance(1_000);
  const second = await report({ summary: 'second', submitter: 'JIM@example.com' });
  await send({ summary: 'misspelled', severity: address, submitter: address }, { headers: { 'idempotency-key': 'k' } });
  await send({ summary: 'idempotent', submitter: address }, { headers: { 'idempotency-key': 'k2' } });
  await send(
    { title: 'no', email: 'nobody@example.com', text: address },
    { source: 'webform', headers: { 'x-api-key': own.keyOf('web') } },
  );
  const { added } = await declare(crashLog.endpoint, {
    fileName: `${address}.log`,
    contentType: 'text/plain',
    size: 5,
  });
  await postForm(declaredForm(added), 'hello');
  await arrived(keyOfForm(declaredForm(added)));
  await asJim('POST', `${path}/tickets/${ticket}/comments`, { body: { text: `by ${address}` } });
  await asJim('POST', `${path}/members/ada@example.com/comments`, { body: { text: 'seen' } });
  await asJim('POST', `${path}/macros/close/runs`, { body: { tickets: [ticket] } });
  await asJim('POST', `${path}/macros/large/runs`, { body: { tickets: [ticket] } });
  await ask('POST', '/macros/mail/runs', { members: [address, 'ada@example.com'] });
  await ask('POST', '/macros/thank/runs', { members: [address] });
  const filtered = await ask('POST', '/macros/thank/runs', {
    where: { field: 'member.email', op: 'equals', value: address },
  });
  await own.workOff(filtered.json);
  await fire('thanks', {}, { find: address, member: true, headers: { 'webhook-id': 'w1' } });
  await fire('appusage', { sessions: 3 }, { find: address, member: true, headers: { 'webhook-id': 'w2' } });
  await fire('jiradata', { key: address, id: 7 }, { find: second.ticket });
  await fire('devnote', { comment: { body: `says ${escaped}` } }, { find: ticket });
  for (const notification of await dueNotifications(engines, project, clock.now() + 120_000)) {
    await work({ kind: 'tell-team', notification });
  }
  await asJim('PUT', `${path}/secrets/one`, { body: { value: 'x'.repeat(9) } });
  await ask('POST', `/deliveries/${await lastDelivery()}/replay`);
  return { ...own, ticket, second };
}

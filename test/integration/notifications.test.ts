import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { notificationItem } from '../../adapters/dynamodb/notification-item.ts';
import { findNotification } from '../../adapters/dynamodb/notifications.ts';
import type { Queue } from '../../adapters/sqs/queue.ts';
import { receiveMessages } from '../../adapters/sqs/receive.ts';
import { MacroMessage } from '../../core/deliveries/message.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { Automation } from '../../core/document/schema-automations.ts';
import { ExternalListener } from '../../core/document/schema-listeners.ts';
import { queueDelivery } from '../../functions/queue-delivery/handler.ts';
import { test } from '../engines.ts';
import { breakTransaction } from '../faults.ts';
import { recordingObserver } from '../gateway.ts';
import { addressOf, dueNotifications, notifiedProject } from '../notified-project.ts';
import { projectWithRuns } from '../run-project.ts';

function automate(...automations: object[]) {
  return (document: ProjectDocument) => {
    document.automations = automations.map((automation) => Automation.parse(automation));
  };
}

describe('a ticket that is submitted to a team', () => {
  test('is told to each of its members, in an e-mail of their own with what they need to know', async ({ engines }) => {
    const { report, tell, mails, join, project } = await notifiedProject(engines);
    await join('beta-support', ['bob@example.com']);
    await report({ severity: 'High' });
    await tell();
    const sent = await mails();
    expect(sent.map(addressOf)).toEqual(['ada@example.com', 'bob@example.com']);
    expect(sent[0]).toMatchObject({
      macro: 'team:beta-support',
      action: 'submitted',
      target: { ticket: 'BUG-0001' },
      outcome: 'pending',
      mail: { subject: 'Apollo Beta: BUG-0001 is new for Beta Support: It broke', wayOut: true },
    });
    expect(sent[0]?.mail?.text).toBe(`BUG-0001 is new for the team Beta Support in the project "Apollo Beta".

Summary: It broke
Status: New
Submitted by: jim@example.com, through the source "Crash log from the mobile app"
At: 2026-11-21T09:00:00.000Z

https://console.example.com/projects/${project}/tickets/BUG-0001
`);
  });

  test('and that automations moved at once, is told to the team that has it then, once', async ({ engines }) => {
    const { report, tell, mails } = await notifiedProject(
      engines,
      automate({ key: 'over', trigger: 'submit', macro: 'close' }),
    );
    await report();
    await tell();
    expect(await mails()).toMatchObject([{ action: 'submitted', mail: { to: ['pm@example.com'] } }]);
  });

  test('is told to nobody where the team does not want it, or the source does not', async ({ engines }) => {
    const { report, due } = await notifiedProject(engines, (document) => {
      for (const team of document.teams) {
        if (team.key === 'beta-support') team.notify = { submitted: false, moved: true };
      }
    });
    await report();
    expect(await due()).toEqual([]);
    const quiet = await notifiedProject(engines, (document) => {
      for (const source of document.externalSources) source.advanced.notify = false;
    });
    await quiet.report();
    expect(await quiet.due()).toEqual([]);
  });

  test('costs no unit more where its team is told of nothing, and 4 more where it is told', async ({ engines }) => {
    const costOf = async (notify: boolean) => {
      const { report } = await notifiedProject(engines, (document) => {
        for (const team of document.teams) team.notify = { submitted: notify, moved: true };
      });
      await report();
      engines.table.meter.read();
      await report();
      const { tableWriteUnits, indexWriteUnits } = engines.table.meter.read();
      return { tableWriteUnits, indexWriteUnits };
    };
    expect(await costOf(false)).toEqual({ tableWriteUnits: 3, indexWriteUnits: 1 });
    expect(await costOf(true)).toEqual({ tableWriteUnits: 6, indexWriteUnits: 2 });
  });

  test('is not told to the member who wrote it, but to one who only stands in for somebody unknown', async ({
    engines,
  }) => {
    const { report, tell, mails, join } = await notifiedProject(engines, (document) => {
      for (const source of document.externalSources) source.defaultSubmitter = 'ada@example.com';
    });
    await join('beta-support', ['bob@example.com']);
    await report({ submitter: 'Ada@Example.com' });
    await tell();
    expect((await mails()).map(addressOf)).toEqual(['bob@example.com']);
    await report({ submitter: 'stranger@example.com' });
    await report({ submitter: undefined });
    await tell();
    const others = (await mails()).filter(({ target }) => !('ticket' in target) || target.ticket !== 'BUG-0001');
    expect(others.map(addressOf)).toEqual([
      ...['ada@example.com', 'ada@example.com'],
      ...['bob@example.com', 'bob@example.com'],
    ]);
  });
});

describe('a ticket that is moved to a team', () => {
  /** Only moves are told. */
  const moves = (document: ProjectDocument) => {
    for (const team of document.teams) team.notify = { submitted: false, moved: true };
  };

  test('by a listener is told to the members of the team that it comes to', async ({ engines }) => {
    const { report, fire, tell, mails } = await notifiedProject(engines, moves);
    await report();
    await fire('jiraclosed', {}, { find: 'BUG-0001' });
    await tell();
    const [mail, ...others] = await mails();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      action: 'moved',
      mail: { to: ['pm@example.com'], subject: 'Apollo Beta: BUG-0001 was moved to Project Managers: It broke' },
    });
    expect(mail?.mail?.text).toContain('Status: Closed\nMoved by: the listener "Closed in Jira"\n');
  });

  test('by an automation that something else set off is told as well, and names it', async ({ engines }) => {
    const { report, fire, tell, mails } = await notifiedProject(engines, (document) => {
      moves(document);
      automate({ key: 'noted', name: 'Once noted', trigger: 'modify', macro: 'close' })(document);
    });
    await report();
    await fire('devnote', { comment: { body: 'Mended' } }, { find: 'BUG-0001' });
    await tell();
    const sent = await mails();
    expect(sent.map(addressOf)).toEqual(['pm@example.com']);
    expect(sent[0]?.mail?.text).toContain('Moved by: the automation "Once noted"\n');
  });

  test('is told to nobody where it stays with its team, or comes back to it in the same change', async ({
    engines,
  }) => {
    const { report, fire, due } = await notifiedProject(engines, (document) => {
      moves(document);
      const back = {
        key: 'back',
        name: 'Back',
        target: 'feedback',
        feedbackType: 'issues',
        type: 'macro',
        macro: 'close',
      };
      document.externalListeners.push(ExternalListener.parse({ ...back, apiKey: 'jira' }));
      const close = document.macros.find(({ key }) => key === 'close');
      close?.actions.push({ kind: 'workflow', status: 'New' });
    });
    await report();
    const opened = { issue: { fields: { status: { name: 'In Progress' } } } };
    for (const [listener, body] of [
      ['jirastatus', opened],
      ['devnote', { comment: { body: 'Seen' } }],
      ['back', {}],
    ] as const) {
      const { json } = await fire(listener, body, { find: 'BUG-0001' });
      expect(json).toMatchObject({ outcome: 'executed', actions: expect.not.arrayContaining([{ outcome: 'failed' }]) });
    }
    expect(await due()).toEqual([]);
  });

  test('by hand is told, and by a run over all that a filter finds to nobody', async ({ engines }) => {
    const { report, ask, due, work, project } = await notifiedProject(engines, moves);
    await report();
    await report();
    await ask('POST', '/macros/close/runs', { tickets: ['BUG-0001'] });
    expect(await due()).toHaveLength(1);
    const where = { field: 'status', op: 'equals', value: 'New' };
    const { id: run } = Object(await ask('POST', '/macros/close/runs', { where }));
    await work({ kind: 'count-run', project, run });
    await work({ kind: 'run-page', project, run, page: 1 });
    expect(await ask('GET', '/tickets/BUG-0002')).toMatchObject({ state: { team: 'project-managers' } });
    expect(await due()).toHaveLength(1);
  });

  test('is told where a list of 25 is run over, and not where it is one of more', async ({ engines }) => {
    const toldOf = async (tickets: number) => {
      const { ids, start, workOff, get, clock } = await projectWithRuns(engines, {
        tickets,
        change: ({ teams }) => {
          for (const team of teams) team.notify = { submitted: true, moved: true };
        },
      });
      const { id, project } = Object((await start('close', { tickets: ids })).json);
      await workOff();
      expect(await get(id)).toMatchObject({ state: 'done', done: tickets });
      return (await dueNotifications(engines, project, clock.now() + 120_000)).length;
    };
    expect([await toldOf(25), await toldOf(26)]).toEqual([25, 0]);
  });
});

describe('nobody is told twice', () => {
  const crowd = Array.from({ length: 200 }, (_, place) => `tester-${String(place).padStart(3, '0')}@example.com`);

  test('because they are in several teams, one of which had the ticket before', async ({ engines }) => {
    const { report, tell, mails, join } = await notifiedProject(
      engines,
      automate({ key: 'over', trigger: 'submit', macro: 'close' }),
    );
    await join('project-managers', ['both@example.com']);
    await report();
    await tell();
    expect((await mails()).map(addressOf)).toEqual(['both@example.com', 'pm@example.com']);
  });

  test('because the message comes again, even at the same moment', async ({ engines }) => {
    const { report, due, tellOne, mails } = await notifiedProject(engines);
    await report();
    const [notification = ''] = await due();
    const outcomes = await Promise.all([tellOne(notification), tellOne(notification)]);
    expect(outcomes.filter((facts) => facts.outcome === 'told')).toHaveLength(1);
    expect(await tellOne(notification)).toMatchObject({ outcome: 'told-before' });
    expect((await mails()).map(addressOf)).toEqual(['ada@example.com']);
  });

  test('because telling 200 people broke off in their midst; it goes on from there', async ({ engines }) => {
    const { report, due, tellOne, mails, join } = await notifiedProject(engines);
    await join('beta-support', crowd);
    await report();
    const [notification = ''] = await due();
    const undo = breakTransaction(engines.table, 1);
    await expect(tellOne(notification)).rejects.toThrow('injected');
    undo();
    expect(await mails()).toHaveLength(88);
    expect(await due()).toEqual([notification]);
    expect(await tellOne(notification)).toMatchObject({ outcome: 'told', told: 113 });
    expect((await mails()).map(addressOf)).toEqual(['ada@example.com', ...crowd]);
    expect(await due()).toEqual([]);
  });

  test('and whoever joins the team afterwards is not told at all', async ({ engines }) => {
    const { report, due, tellOne, mails, join } = await notifiedProject(engines);
    await report();
    const [notification = ''] = await due();
    await tellOne(notification);
    await join('beta-support', ['late@example.com']);
    await tellOne(notification);
    expect((await mails()).map(addressOf)).toEqual(['ada@example.com']);
  });
});

describe('a notification', () => {
  test('wakes those who tell its team by the stream, and by the tick where that was lost', async ({ engines }) => {
    const { report, due, drain, clock } = await notifiedProject(engines);
    const { table, webhookQueue, emailQueue, macroQueue } = engines;
    await report();
    const [notification = ''] = await due();
    const found = await findNotification(table, notification);
    if (found === undefined) throw new Error('the notification is due and not there');
    const image = marshall(notificationItem(found.notification, { dueShards: 4, now: clock.now() }));
    const event: Partial<DynamoDBStreamEvent> = {
      Records: [z.custom<never>().parse({ dynamodb: { NewImage: image } })],
    };
    const queue = queueDelivery({ webhookQueue, emailQueue, macroQueue, observer: recordingObserver() });
    await queue({ Records: [], ...event });
    await untilTold(macroQueue, notification);
    clock.advance(120_000);
    await drain();
    await untilTold(macroQueue, notification);
  });

  test('is due two minutes after the event, if its message was lost, and no more once its team was told', async ({
    engines,
  }) => {
    const { report, due, tell } = await notifiedProject(engines);
    await report();
    expect(await due(119_999)).toEqual([]);
    expect(await due(120_000)).toHaveLength(1);
    await tell();
    expect(await due()).toEqual([]);
  });

  test('that nobody told within a day is given up: it is no news any more', async ({ engines }) => {
    const { report, due, tellOne, mails, clock } = await notifiedProject(engines);
    await report();
    const [notification = ''] = await due();
    clock.advance(24 * 60 * 60 * 1_000 + 1);
    expect(await tellOne(notification)).toMatchObject({ outcome: 'given-up' });
    expect(await mails()).toEqual([]);
    expect(await due()).toEqual([]);
  });

  test('of a team without members makes no e-mail and is done with', async ({ engines }) => {
    const { report, due, tellOne, mails } = await notifiedProject(engines, (document) => {
      for (const member of document.members) member.teams = [];
    });
    await report();
    const [notification = ''] = await due();
    expect(await tellOne(notification)).toMatchObject({ outcome: 'told', told: 0 });
    expect(await mails()).toEqual([]);
    expect(await due()).toEqual([]);
  });
});

/** Receives until the message of a notification comes; the test's own deadline ends a wait in vain. */
async function untilTold(queue: Queue, notification: string): Promise<void> {
  for (;;) {
    const messages = await receiveMessages(queue, { atMost: 10, waitSeconds: 1 });
    const read = messages.map(({ body }) => MacroMessage.parse(JSON.parse(body)));
    if (read.some((message) => message.kind === 'tell-team' && message.notification === notification)) return;
  }
}

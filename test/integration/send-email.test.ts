import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import type { Queue } from '../../adapters/sqs/queue.ts';
import { DeliveryMessage, endpointId, laneOf } from '../../core/deliveries/message.ts';
import { queueDelivery } from '../../functions/queue-delivery/handler.ts';
import { runMacro } from '../../functions/run-macro/handler.ts';
import { failingDomain } from '../../local/mail-engine.ts';
import { testKeys } from '../admin.ts';
import { openTestBucket } from '../bucket.ts';
import { test } from '../engines.ts';
import { recordingObserver } from '../gateway.ts';
import { mailSender } from '../mail.ts';
import { pendingMail, storeDelivery } from '../pending-mail.ts';
import { fixedClock, seededIds } from '../seeded.ts';

describe('an e-mail', () => {
  test('goes out once, from the address of the stage, in UTF-8', async ({ engines }) => {
    const clock = fixedClock();
    const { deliverNew, deliver, find, observer } = mailSender(engines, clock);
    const mail = pendingMail('mail-once', clock.now(), { mail: { to: ['ann@example.com', 'bob@example.com'] } });
    expect(await deliverNew(mail)).toMatchObject({ outcome: 'delivered', attempt: 1, status: 200 });
    expect(await deliver(mail.id)).toMatchObject({ outcome: 'settled' });
    const sent = engines.mails().filter(({ to }) => to.includes('bob@example.com'));
    expect(sent).toMatchObject([{ from: 'feedbridge@localhost.test', ...mail.mail }]);
    expect(await find(mail)).toMatchObject({
      outcome: 'delivered',
      attempts: [{ number: 1, response: { status: 200, headers: {}, body: sent[0]?.messageId, truncated: false } }],
    });
    expect(JSON.stringify(observer.lines)).not.toContain('example.com');
  });

  test('that is throttled stays pending and goes out when its next attempt is due', async ({ engines }) => {
    const clock = fixedClock();
    const { deliverNew, deliver, find } = mailSender(engines, clock);
    const mail = pendingMail('mail-throttled', clock.now(), { mail: { to: [`throttle@${failingDomain}`] } });
    expect(await deliverNew(mail)).toMatchObject({ outcome: 'pending', status: 429, errorClass: 'http' });
    expect(await deliver(mail.id)).toMatchObject({ outcome: 'not-due' });
    clock.advance(5_000);
    expect(await deliver(mail.id)).toMatchObject({ outcome: 'delivered', attempt: 2 });
    expect(await find(mail)).toMatchObject({
      outcome: 'delivered',
      attempts: [
        { number: 1, error: { class: 'http', message: expect.stringMatching(/^TooManyRequestsException: /) } },
        { number: 2, response: { status: 200 } },
      ],
    });
  });

  test('that SES rejects has failed, and says what to do', async ({ engines }) => {
    const clock = fixedClock();
    const { deliverNew, find, observer } = mailSender(engines, clock);
    const mail = pendingMail('mail-rejected', clock.now(), { mail: { to: [`reject@${failingDomain}`] } });
    expect(await deliverNew(mail)).toMatchObject({ outcome: 'failed', status: 400, errorClass: 'http' });
    const { reason } = await find(mail);
    expect(reason).toContain('SES answered 400 MessageRejected');
    expect(reason).toContain('(verify the sender');
    expect(JSON.stringify(observer.lines)).not.toContain(failingDomain);
  });

  test('to what is no address has failed', async ({ engines }) => {
    const clock = fixedClock();
    const { deliverNew, find } = mailSender(engines, clock);
    const mail = pendingMail('mail-bad-address', clock.now(), { mail: { to: ['nobody at home'] } });
    expect(await deliverNew(mail)).toMatchObject({ outcome: 'failed', status: 400 });
    expect((await find(mail)).reason).toMatch(/^SES answered 400 BadRequestException: .*\(check the addresses\)$/s);
  });

  test.for([
    [0, 'the e-mail has no recipient'],
    [51, 'the e-mail has 51 recipients; SES takes at most 50: split the list'],
  ] as const)('to %i addresses has failed without a call to SES', async ([count, reason], { engines }) => {
    const clock = fixedClock();
    const { deliverNew, find } = mailSender(engines, clock);
    const to = Array.from({ length: count }, (_, place) => `many-${place}@example.com`);
    const mail = pendingMail(`mail-to-${count}`, clock.now(), { mail: { to } });
    await deliverNew(mail);
    expect(await find(mail)).toMatchObject({ outcome: 'failed', reason });
  });

  test('of a stage without a sender has failed, and says which setting is missing', async ({ engines }) => {
    const clock = fixedClock();
    const { deliverNew, find } = mailSender(engines, clock, { emailFrom: '' });
    const mail = pendingMail('mail-no-sender', clock.now());
    await deliverNew(mail);
    const reason = 'this stage sends no e-mail: set email.from in lib/settings.ts';
    expect(await find(mail)).toMatchObject({ outcome: 'failed', reason, attempts: [{ error: { message: reason } }] });
  });

  test('that SES does not hear of is tried again', async ({ engines }) => {
    const clock = fixedClock();
    // The discard port, where nothing listens.
    const { deliverNew, find } = mailSender(engines, clock, { sesEndpoint: 'http://127.0.0.1:9' });
    const mail = pendingMail('mail-unheard', clock.now());
    expect(await deliverNew(mail)).toMatchObject({ outcome: 'pending', errorClass: 'connect' });
    expect(await find(mail)).toMatchObject({ reason: 'SES was not reached: ECONNREFUSED' });
  });

  test('that must not repeat is not sent again after an interruption', async ({ engines }) => {
    const clock = fixedClock();
    const crash = () => Promise.reject(new Error('the machine is gone'));
    const mail = pendingMail('mail-interrupted', clock.now(), { retry: 'none', mail: { subject: 'Interrupted' } });
    await expect(mailSender(engines, clock, { sendMail: crash }).deliverNew(mail)).rejects.toThrow(
      'the machine is gone',
    );
    clock.advance(30_000);
    const { deliver, find } = mailSender(engines, clock);
    expect(await deliver(mail.id)).toMatchObject({ outcome: 'failed' });
    expect((await find(mail)).reason).toContain('the outcome is unknown');
    expect(engines.mails().filter(({ subject }) => subject === 'Interrupted')).toEqual([]);
  });
});

describe('the e-mail queue', () => {
  test('gets the new e-mails of the stream, and the webhook queue everything else', async ({ engines }) => {
    const { webhookQueue, emailQueue, macroQueue } = engines;
    const mail = pendingMail('mail-of-stream', 0);
    const { mail: _, ...webhook } = pendingMail('webhook-of-stream', 0);
    const Records = [mail, webhook].map((delivery) => ({ dynamodb: { NewImage: marshall(delivery) } }));
    const event: Partial<DynamoDBStreamEvent> = { Records: Records.map((record) => z.custom<never>().parse(record)) };
    const queue = queueDelivery({ webhookQueue, emailQueue, macroQueue, observer: recordingObserver() });
    await queue({ Records: [], ...event });
    const endpoint = endpointId(webhook);
    expect(await untilReceived(emailQueue, mail.id)).toEqual({ delivery: mail.id, endpoint: laneOf(mail) });
    expect(await untilReceived(webhookQueue, webhook.id)).toEqual({ delivery: webhook.id, endpoint });
    const tried = marshall({ ...webhook, id: 'test-of-stream', cause: { kind: 'test', key: 'ann' } });
    const test: Partial<DynamoDBStreamEvent> = {
      Records: [z.custom<never>().parse({ dynamodb: { NewImage: tried } })],
    };
    await queue({ Records: [], ...test });
    const delivery = 'test-of-stream';
    expect(await untilReceived(webhookQueue, delivery)).toEqual({ delivery, endpoint, isTest: true });
  });

  test('gets the e-mails that are overdue', async ({ engines }) => {
    const clock = fixedClock();
    const mail = pendingMail('mail-overdue', clock.now());
    await storeDelivery(engines.table, mail, clock.now());
    const { table, webhookQueue, emailQueue, macroQueue, uploadQueue } = engines;
    const drain = runMacro({
      loadKeys: async () => testKeys,
      ...{ table, webhookQueue, emailQueue, macroQueue, uploadQueue, dueShards: 4, deliveryRetentionDays: 30 },
      largeBodies: {
        store: async () => [],
        read: async () => undefined,
        readKept: async () => undefined,
        rewrite: async () => undefined,
        remove: async () => undefined,
      },
      bucket: openTestBucket(engines),
      apiOrigin: 'https://api.example.com',
      consoleOrigin: 'https://console.example.com',
      readConfiguration: async () => undefined,
      readConfigurationNow: async () => undefined,
      now: () => clock.now() + 3_600_000,
      random: () => 0,
      pause: async () => undefined,
      newId: seededIds('mail-overdue/ids'),
    });
    for (let shard = 0; shard < 4; shard += 1) await drain(JSON.stringify({ kind: 'drain-due', shard }));
    expect(await untilReceived(emailQueue, mail.id)).toEqual({ delivery: mail.id, endpoint: laneOf(mail) });
  });
});

/** Receives until the message of a delivery comes; the test's own deadline ends a wait in vain. */
async function untilReceived({ client, url }: Queue, delivery: string): Promise<DeliveryMessage> {
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    const messages = Messages.map(({ Body }) => DeliveryMessage.parse(JSON.parse(Body ?? '')));
    const found = messages.find((message) => message.delivery === delivery);
    if (found !== undefined) return found;
  }
}

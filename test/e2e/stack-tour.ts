import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import * as z from 'zod';
import { deliveryKey, dueKey } from '../../adapters/dynamodb/keys.ts';
import { environmentNames } from '../../functions/environment.ts';
import { credentials, region } from '../../local/place.ts';
import { startReceivingServer } from '../receiving-server.ts';
import type { StackCalls } from './stack-calls.ts';

const Page = z.object({ items: z.array(z.looseObject({ id: z.string().optional() })), cursor: z.string().optional() });
const Created = z.object({
  ticket: z.object({ id: z.string() }),
  files: z.array(z.object({ upload: z.object({ url: z.string(), fields: z.record(z.string(), z.string()) }) })),
});
const Delivery = z.object({ id: z.string(), outcome: z.string(), attempts: z.array(z.unknown()) });

/** Sends reports of every kind through the stack, their webhooks, a retry and a due entry, and then asks for all of it. */
export async function tourStack(calls: StackCalls, engines: Readonly<Record<string, string>>): Promise<void> {
  const slack = await startReceivingServer((response, place, { body }) => {
    const isFirst = slack.received.findIndex((request) => request.body === body) === place - 1;
    const wait = body.includes('Busy') ? '1' : body.includes('Later') ? '600' : undefined;
    if (isFirst && wait !== undefined) response.writeHead(503, { 'retry-after': wait }).end();
    else response.end('ok');
  });
  const secret = { path: { name: 'slack-webhook-url' }, json: { value: `${slack.origin}/slack` } };
  await answers(204, calls.call('put-secret', secret));
  const ticket = await sendReports(calls);
  await slack.until(({ length }) => length === 4);
  const delivery = await deliveryOf(calls, ticket);
  await expect.poll(async () => (await readDelivery(calls, delivery)).outcome).toBe('delivered');
  await drainOverdue(calls, engines);
  await slack.until(({ length }) => length === 6);
  await slack.stop();
  await readRecords(calls, ticket, delivery);
  await changeProject(calls);
  await manageKeys(calls);
  await askTheRest(calls);
}

/** Returns the ticket whose webhook took two attempts. */
async function sendReports({ call, report }: StackCalls): Promise<string> {
  const once = { 'idempotency-key': 'once' };
  await answers(201, report('appcrashlog', { summary: 'Quiet', severity: 'Low', submitter: 'jim@example.com' }));
  await answers(201, report('appcrashlog', { summary: 'Loud', severity: 'Critical' }));
  await answers(201, report('appcrashlog', { summary: 'Once', severity: 'Critical' }, once));
  await answers(201, report('appcrashlog', { summary: 'Once', severity: 'Critical' }, once));
  await answers(201, report('webform', { title: 'An idea', email: 'jim@example.com', state: 'New' }));
  const { ticket, files } = Created.parse(await answers(201, report('appcrashlog', { summary: 'Busy', severity: 'Critical' })));
  for (const { upload } of files) {
    const form = new FormData();
    for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
    form.append('file', new Blob(['what is on the screen']));
    expect((await fetch(upload.url, { method: 'POST', body: form })).ok).toBe(true);
  }
  await answers(400, call('receive-feedback', { path: { source: 'webform' }, query: '?apiKey=none-0', json: {} }), 401);
  return ticket.id;
}

/** A webhook that waits for its next attempt is made overdue in the table, and its shard drained as tick does it later. */
async function drainOverdue(calls: StackCalls, engines: Readonly<Record<string, string>>): Promise<void> {
  const { ticket } = Created.parse(await answers(201, calls.report('appcrashlog', { summary: 'Later', severity: 'Critical' })));
  const id = await deliveryOf(calls, ticket.id);
  await expect.poll(async () => (await readDelivery(calls, id)).attempts.length).toBe(1);
  const longAgo = '2026-01-01T00:00:00.000Z';
  const { duePk, dueSk } = dueKey(id, longAgo, Number(engines[environmentNames.dueShards]));
  const { pk, sk } = deliveryKey(id);
  const table = new DynamoDBClient({ endpoint: engines.AWS_ENDPOINT_URL_DYNAMODB ?? '', region, credentials });
  await table.send(
    new UpdateItemCommand({
      TableName: engines[environmentNames.tableName],
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: 'SET dueSk = :due, nextAttemptAt = :at',
      ExpressionAttributeValues: { ':due': { S: dueSk }, ':at': { S: longAgo } },
    }),
  );
  const queues = new SQSClient({ endpoint: engines.AWS_ENDPOINT_URL_SQS ?? '', region, credentials });
  const MessageBody = JSON.stringify({ kind: 'drain-due', shard: Number(duePk.split('#')[1]) });
  await queues.send(new SendMessageCommand({ QueueUrl: engines[environmentNames.macroQueueUrl], MessageBody }));
  table.destroy();
  queues.destroy();
}

async function readRecords({ call }: StackCalls, ticket: string, delivery: string): Promise<void> {
  for (const list of ['list-projects', 'list-tickets', 'list-deliveries', 'list-secrets', 'list-api-keys'] as const) {
    const { cursor } = Page.parse(await answers(200, call(list, { query: '?limit=1' })));
    await answers(200, call(list, { query: cursor === undefined ? '' : `?limit=1&cursor=${cursor}` }));
  }
  await answers(200, call('list-tickets', { query: '?feedbackType=ideas&order=desc' }));
  await answers(200, call('list-deliveries', { query: `?outcome=delivered&ticket=${ticket}&macro=tell-slack` }));
  await answers(200, call('get-project'));
  await answers(200, call('get-ticket', { path: { ticket } }));
  await answers(200, call('get-delivery', { path: { delivery } }));
  const run = await answers(202, call('start-run', { path: { macro: 'tell-slack' }, json: { tickets: [ticket, 'BUG-9'] } }));
  await answers(200, call('get-run', { path: { run: z.object({ id: z.string() }).parse(run).id } }));
}

async function changeProject({ call }: StackCalls): Promise<void> {
  const { json, headers } = await call('get-document', { query: '?members=true', headers: { accept: 'application/json' } });
  const document = z.looseObject({ members: z.array(z.unknown()), feedbackTypes: z.array(z.unknown()) }).parse(json);
  const ifMatch = { 'if-match': headers.get('etag') ?? '' };
  const changed = { ...document, teams: [], members: [...document.members, { email: 'new@example.com' }] };
  await answers(400, call('put-document', { json: changed, headers: ifMatch }));
  const grown = { ...document, members: [...document.members, { email: 'new@example.com', name: 'New' }], variables: { jiraUrl: 'https://example.com' } };
  await answers(200, call('put-document', { json: grown, query: '?dryRun=true' }));
  await answers(200, call('put-document', { json: grown, headers: ifMatch }));
  await answers(412, call('put-document', { json: grown, headers: ifMatch }));
  const other = { path: { project: 'other' }, json: { project: { key: 'other', name: 'Other' } } };
  await answers(400, call('put-document', other), 200);
  const secret = { path: { name: 'gone' }, json: { value: 'not for long', hosts: ['example.com'] } };
  await answers(204, call('put-secret', secret));
  await answers(204, call('delete-secret', secret));
  await answers(404, call('delete-secret', { path: secret.path }));
}

async function manageKeys({ call }: StackCalls): Promise<void> {
  const path = { prefix: 'passing' };
  await answers(201, call('create-api-key', { json: { ...path, name: 'Passing' } }));
  await answers(409, call('create-api-key', { json: { ...path, name: 'Passing' } }));
  await answers(200, call('get-api-key', { path }));
  await answers(204, call('delete-api-key', { path }));
}

async function deliveryOf({ call }: StackCalls, ticket: string): Promise<string> {
  const { items } = Page.parse(await answers(200, call('list-deliveries', { query: `?ticket=${ticket}` })));
  return items[0]?.id ?? '';
}

async function readDelivery({ call }: StackCalls, delivery: string): Promise<z.infer<typeof Delivery>> {
  return Delivery.parse(await answers(200, call('get-delivery', { path: { delivery } })));
}

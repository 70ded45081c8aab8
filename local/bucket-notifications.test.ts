import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import * as z from 'zod';
import { awsJson } from './aws-json.ts';
import { clientOf } from './bucket-harness.ts';
import { startNotifications } from './bucket-notifications.ts';
import { startEngines } from './engines.ts';
import { fakeBase, fakeQueue, writeAssembly } from './fake-assembly.ts';
import { region } from './place.ts';
import { provision } from './provision.ts';
import { readAssembly } from './template.ts';

// Engines start and stop in every test, on machines that do other things as well.
vi.setConfig({ testTimeout: 30_000 });

const patience = { timeout: 8000, interval: 20 };

function folderForTest(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function assemblyFor(...configurations: { Event: string; queue: string; prefix?: string }[]) {
  const QueueConfigurations = configurations.map(({ Event, queue, prefix }) => ({
    Event,
    Queue: { 'Fn::GetAtt': [queue, 'Arn'] },
    ...(prefix === undefined ? {} : { Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: prefix }] } } }),
  }));
  const folder = writeAssembly({
    ...fakeBase,
    Arrived: fakeQueue(),
    Tagged: fakeQueue(),
    Bystander: fakeQueue(),
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: { NotificationConfiguration: { QueueConfigurations } },
    },
  });
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return readAssembly(folder);
}

const created = { Event: 's3:ObjectCreated:*', queue: 'Arrived', prefix: 'attachments/' };
const tagged = { Event: 's3:ObjectTagging:Put', queue: 'Tagged', prefix: 'attachments/' };

const Received = z.object({ Messages: z.array(z.object({ Body: z.string(), ReceiptHandle: z.string() })).default([]) });
const Message = z.strictObject({
  Records: z.tuple([
    z.strictObject({
      eventVersion: z.literal('2.1'),
      eventSource: z.literal('aws:s3'),
      awsRegion: z.literal(region),
      eventTime: z.iso.datetime(),
      eventName: z.string(),
      s3: z.strictObject({
        s3SchemaVersion: z.literal('1.0'),
        bucket: z.strictObject({ name: z.literal('bucket'), arn: z.literal('arn:aws:s3:::bucket') }),
        object: z.strictObject({
          key: z.string(),
          size: z.number().optional(),
          eTag: z.string().regex(/^[0-9a-f]{32}(-\d+)?$/),
          sequencer: z.string().regex(/^[0-9A-F]{18}$/),
        }),
      }),
    }),
  ]),
});

/** Engines with the template's queues and bucket; without `listening` events happen that nobody sends on. */
async function startWith(
  assembly: ReturnType<typeof assemblyFor>,
  { dataDir, listening = true }: { dataDir?: string; listening?: boolean } = {},
) {
  const engines = await startEngines({ dataDir });
  const provisioned = await provision(assembly, engines);
  const problems: string[] = [];
  const onProblem = (sentence: string) => problems.push(sentence);
  const notifications = listening ? await startNotifications({ assembly, provisioned, engines, onProblem }) : undefined;
  const sqs = awsJson(engines.endpoints.sqs, 'AmazonSQS', 'sqs');
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= Promise.resolve(notifications?.stop()).then(engines.stop);
    return stopped;
  };
  onTestFinished(stop);
  return {
    client: clientOf(engines.endpoints.s3),
    endpoint: engines.endpoints.s3,
    problems,
    sqs,
    stop,
    /** Takes what is in a queue, until there are so many messages. */
    take: async (queue: string, count: number) => {
      const QueueUrl = `${engines.endpoints.sqs}/000000000000/${queue}`;
      const records: z.output<typeof Message>['Records'][0][] = [];
      await vi.waitFor(async () => {
        const received = Received.parse(await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 }));
        for (const { Body, ReceiptHandle } of received.Messages) {
          records.push(Message.parse(JSON.parse(Body)).Records[0]);
          await sqs('DeleteMessage', { QueueUrl, ReceiptHandle });
        }
        expect(records.length).toBeGreaterThanOrEqual(count);
      }, patience);
      expect(records).toHaveLength(count);
      return records;
    },
  };
}

const Bucket = 'bucket';

describe('bucket notifications', () => {
  test("reach the queue that the template names, in AWS's shape, and no other", async () => {
    const { client, endpoint, take } = await startWith(assemblyFor(created, tagged));
    const Key = 'attachments/a b+ü(1).log';
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }));
    const form = new FormData();
    form.set('key', 'attachments/form');
    form.set('file', new Blob(['hello!']), 'a');
    await fetch(`${endpoint}/${Bucket}`, { method: 'POST', body: form });
    const upload = { Bucket, Key: 'attachments/parts' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
    const part = { ...upload, UploadId, PartNumber: 1 };
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: 'hello!!' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
    await client.send(
      new CopyObjectCommand({ Bucket, Key: 'attachments/copy', CopySource: `${Bucket}/${upload.Key}` }),
    );
    const Tagging = { TagSet: [{ Key: 'GuardDutyMalwareScanStatus', Value: 'NO_THREATS_FOUND' }] };
    await client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));

    const arrived = await take('Arrived', 4);
    arrived.sort((one, other) => (one.s3.object.sequencer < other.s3.object.sequencer ? -1 : 1));
    expect(arrived.map(({ eventName, s3: { object } }) => [eventName, object.key, object.size])).toEqual([
      ['ObjectCreated:Put', 'attachments/a+b%2B%C3%BC%281%29.log', 5],
      ['ObjectCreated:Post', 'attachments/form', 6],
      ['ObjectCreated:CompleteMultipartUpload', 'attachments/parts', 7],
      ['ObjectCreated:Copy', 'attachments/copy', 7],
    ]);
    expect(arrived[0]?.s3.object.eTag).toBe('5d41402abc4b2a76b9719d911017c592');
    expect(arrived[2]?.s3.object.eTag).toMatch(/-1$/);
    expect(new Set(arrived.map(({ s3 }) => s3.object.sequencer)).size).toBe(4);
    const [tagging] = await take('Tagged', 1);
    expect(tagging).toMatchObject({
      eventName: 'ObjectTagging:Put',
      s3: { object: { key: 'attachments/a+b%2B%C3%BC%281%29.log', eTag: '5d41402abc4b2a76b9719d911017c592' } },
    });
    expect(tagging?.s3.object).not.toHaveProperty('size');
    await take('Bystander', 0);
  });

  test('tell of nothing that the template does not ask for', async () => {
    const { client, take } = await startWith(assemblyFor(created));
    await client.send(new PutObjectCommand({ Bucket, Key: 'bodies/a', Body: 'x' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'attachments/a', Body: 'x' }));
    const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] };
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: 'attachments/a', Tagging }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'attachments/a' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'attachments/last', Body: 'x' }));
    const keys = (await take('Arrived', 2)).map(({ s3 }) => s3.object.key);
    expect(keys.sort()).toEqual(['attachments/a', 'attachments/last']);
  });

  test('tell after a restart of what was stored and not told, and only of that', async () => {
    const dataDir = folderForTest('feedbridge-notifications-test-');
    const assembly = assemblyFor(created, tagged);
    const first = await startWith(assembly, { dataDir, listening: false });
    const put = (Key: string) => first.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    await put('attachments/kept');
    await put('attachments/deleted');
    await put('bodies/kept');
    const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] };
    await first.client.send(new PutObjectTaggingCommand({ Bucket, Key: 'attachments/kept', Tagging }));
    await first.client.send(new DeleteObjectCommand({ Bucket, Key: 'attachments/deleted' }));
    await first.stop();

    const second = await startWith(assembly, { dataDir });
    expect(await second.take('Arrived', 1)).toMatchObject([
      { eventName: 'ObjectCreated:Put', s3: { object: { key: 'attachments/kept', size: 1 } } },
    ]);
    expect(await second.take('Tagged', 1)).toMatchObject([{ eventName: 'ObjectTagging:Put' }]);
    await vi.waitFor(() => expect(readdirSync(join(dataDir, 'bucket-events'))).toEqual([]), patience);
    await second.take('Arrived', 0);
  });

  test('are tried again until the queue takes them', async () => {
    const dataDir = folderForTest('feedbridge-notifications-test-');
    const { client, problems, sqs, take } = await startWith(assemblyFor(created), { dataDir });
    await sqs('DeleteQueue', { QueueUrl: 'http://127.0.0.1/000000000000/Arrived' });
    await client.send(new PutObjectCommand({ Bucket, Key: 'attachments/a', Body: 'x' }));
    await vi.waitFor(() => expect(problems).not.toEqual([]), patience);
    expect(readdirSync(join(dataDir, 'bucket-events'))).toHaveLength(1);
    await sqs('CreateQueue', { QueueName: 'Arrived' });
    await take('Arrived', 1);
    await vi.waitFor(() => expect(readdirSync(join(dataDir, 'bucket-events'))).toEqual([]), patience);
  });

  test('are refused to a queue that the template does not have', async () => {
    const assembly = assemblyFor();
    const engines = await startEngines();
    onTestFinished(engines.stop);
    const provisioned = await provision(assembly, engines);
    const Queue = 'arn:aws:sqs:eu-central-1:000000000000:Elsewhere';
    const bucket = {
      id: 'Bucket',
      type: 'AWS::S3::Bucket',
      properties: { NotificationConfiguration: { QueueConfigurations: [{ Event: created.Event, Queue }] } },
    };
    const options = { assembly: { ...assembly, resources: [bucket] }, provisioned, engines, onProblem: () => {} };
    await expect(startNotifications(options)).rejects.toThrow(
      `The template has no queue ${Queue}, which Bucket names.`,
    );
  });
});

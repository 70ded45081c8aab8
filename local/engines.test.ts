import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { awsJson } from './aws-json.ts';
import { findDynoxide } from './dynoxide.ts';
import { startEngines } from './engines.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'feedbridge-engines-test-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
});

const Received = z.object({ Messages: z.array(z.object({ Body: z.string() })).default([]) });

async function withQueue<Result>(use: (call: ReturnType<typeof awsJson>) => Promise<Result>): Promise<Result> {
  const engines = await startEngines({ dataDir });
  try {
    return await use(awsJson(engines.endpoints.sqs, 'AmazonSQS', 'sqs'));
  } finally {
    await engines.stop();
  }
}

describe('the engines', () => {
  test('show a message again at once that was in flight when they stopped', async () => {
    const QueueUrl = 'http://127.0.0.1/000000000000/Work';
    await withQueue(async (sqs) => {
      await sqs('CreateQueue', { QueueName: 'Work', Attributes: { VisibilityTimeout: '3600' } });
      await sqs('SendMessage', { QueueUrl, MessageBody: 'hello' });
      expect(Received.parse(await sqs('ReceiveMessage', { QueueUrl })).Messages).toHaveLength(1);
      expect(Received.parse(await sqs('ReceiveMessage', { QueueUrl })).Messages).toEqual([]);
    });
    const again = await withQueue((sqs) => sqs('ReceiveMessage', { QueueUrl }));
    expect(Received.parse(again).Messages).toMatchObject([{ Body: 'hello' }]);
  });

  test('keep a delayed message delayed over a restart', async () => {
    const QueueUrl = 'http://127.0.0.1/000000000000/Work';
    await withQueue(async (sqs) => {
      await sqs('CreateQueue', { QueueName: 'Work' });
      await sqs('SendMessage', { QueueUrl, MessageBody: 'later', DelaySeconds: 900 });
    });
    const again = await withQueue((sqs) => sqs('ReceiveMessage', { QueueUrl }));
    expect(Received.parse(again).Messages).toEqual([]);
  });

  test('keep a secret that was made once', async () => {
    const first = await startEngines({ dataDir });
    first.secrets.addOnce('arn:one', () => 'first');
    await first.stop();
    const second = await startEngines({ dataDir });
    second.secrets.addOnce('arn:one', () => 'second');
    const call = awsJson(second.endpoints.secretsManager, 'secretsmanager', 'secretsmanager');
    expect(await call('GetSecretValue', { SecretId: 'arn:one' })).toMatchObject({ SecretString: 'first' });
    await expect(call('GetSecretValue', { SecretId: 'arn:two' })).rejects.toThrow('ResourceNotFoundException');
    await expect(call('DeleteSecret', { SecretId: 'arn:one' })).rejects.toThrow('UnknownOperationException');
    await second.stop();
  });

  test('refuse a damaged table file in one sentence', async () => {
    writeFileSync(join(dataDir, 'tables.db'), 'garbage '.repeat(100));
    await expect(startEngines({ dataDir })).rejects.toThrow(
      /^The table file .*tables\.db cannot be opened \(.*\); restore it, or start with another --data-dir\.$/,
    );
  });

  test('refuse damaged queues in one sentence', async () => {
    mkdirSync(join(dataDir, 'queues'));
    writeFileSync(join(dataDir, 'queues', 'fauxqs.db'), 'garbage '.repeat(100));
    await expect(startEngines({ dataDir })).rejects.toThrow(
      /^The queues in .*queues cannot be opened \(.*\); restore them, or start with another --data-dir\.$/,
    );
  });

  test('refuse damaged secrets in one sentence', async () => {
    writeFileSync(join(dataDir, 'secrets.json'), '{"arn');
    await expect(startEngines({ dataDir })).rejects.toThrow(/secrets\.json is damaged/);
  });
});

test('a platform without a table engine is told what to install', () => {
  expect(() => findDynoxide('plan9', 'mips')).toThrow(
    'The table engine for this platform is not installed; `npm install --no-save @dynoxide/plan9-mips@1.2.1` installs it.',
  );
});

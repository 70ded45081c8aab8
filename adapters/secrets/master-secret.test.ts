import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createKeyLoader } from './master-secret.ts';
import { deriveKeys } from './vault.ts';

const secretArn = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:master';
const masterSecret = 'm'.repeat(64);

/** An endpoint that speaks as Secrets Manager does, with one answer after another, the last one for good. */
async function startSecretsManager(...answers: [status: number, body: object][]) {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse(await text(request)));
    const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, {}];
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const { config } = new DynamoDBClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  return { load: createKeyLoader(config, secretArn, `http://127.0.0.1:${port}`), asked };
}

describe('the key loader', () => {
  test('asks for the secret once, however often and however many at a time need its keys', async () => {
    const { load, asked } = await startSecretsManager([200, { SecretString: masterSecret }]);
    const keys = await Promise.all([load(), load(), load()]);
    expect([...keys, await load()]).toEqual(Array.from({ length: 4 }, () => deriveKeys(masterSecret)));
    expect(asked).toEqual([{ SecretId: secretArn }]);
  });

  test('asks again after a failure', async () => {
    const denied = { __type: 'AccessDeniedException', message: 'no' };
    const { load, asked } = await startSecretsManager([400, denied], [200, { SecretString: masterSecret }]);
    await expect(load()).rejects.toThrow('the master secret could not be read');
    expect(await load()).toEqual(deriveKeys(masterSecret));
    expect(asked).toHaveLength(2);
  });

  test('asks three times where Secrets Manager is busy, and not again where it refuses', async () => {
    const busy = await startSecretsManager(
      [500, {}],
      [400, { __type: 'ThrottlingException' }],
      [200, { SecretString: masterSecret }],
    );
    expect(await busy.load()).toEqual(deriveKeys(masterSecret));
    expect(busy.asked).toHaveLength(3);
    const refusing = await startSecretsManager([400, { __type: 'AccessDeniedException', message: 'who, what' }]);
    await expect(refusing.load()).rejects.toMatchObject({
      cause: { message: 'Secrets Manager refused GetSecretValue: 400 AccessDeniedException' },
    });
    expect(refusing.asked).toHaveLength(1);
  });

  test('refuses a secret without text', async () => {
    const { load } = await startSecretsManager([200, { SecretBinary: 'AAAA' }]);
    await expect(load()).rejects.toMatchObject({
      cause: { message: `${secretArn} holds no text` },
    });
  });
});

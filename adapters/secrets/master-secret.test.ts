import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
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
  const client = new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client, asked };
}

describe('the key loader', () => {
  test('asks for the secret once, however often and however many at a time need its keys', async () => {
    const { client, asked } = await startSecretsManager([200, { SecretString: masterSecret }]);
    const load = createKeyLoader(client, secretArn);
    const keys = await Promise.all([load(), load(), load()]);
    expect([...keys, await load()]).toEqual(Array.from({ length: 4 }, () => deriveKeys(masterSecret)));
    expect(asked).toEqual([{ SecretId: secretArn }]);
  });

  test('asks again after a failure', async () => {
    const denied = { __type: 'AccessDeniedException', message: 'no' };
    const { client, asked } = await startSecretsManager([400, denied], [200, { SecretString: masterSecret }]);
    const load = createKeyLoader(client, secretArn);
    await expect(load()).rejects.toThrow('the master secret could not be read');
    expect(await load()).toEqual(deriveKeys(masterSecret));
    expect(asked).toHaveLength(2);
  });

  test('refuses a secret without text', async () => {
    const { client } = await startSecretsManager([200, { SecretBinary: 'AAAA' }]);
    await expect(createKeyLoader(client, secretArn)()).rejects.toMatchObject({
      cause: { message: `${secretArn} holds no text` },
    });
  });
});

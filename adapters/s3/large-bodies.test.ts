import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { openLargeBodies } from './large-bodies.ts';

const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' };
const region = 'eu-central-1';
const { config } = new DynamoDBClient({ region, credentials });

type Seen = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { body: Buffer };

/** A bucket that answers as told, and the bodies in it. */
async function bucketThat(answers: (place: number) => { status: number; body?: string }) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    seen.push({ method, url, headers, body: await buffer(request) });
    const { status, body = '' } = answers(seen.length);
    if (status === 0) response.destroy();
    else response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const endpoint = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;
  return { seen, endpoint, bodies: openLargeBodies(config, 'bucket', endpoint) };
}

const parts = [{ text: '{"a":"ü"}' }, { secret: 'jira', encoding: 'json-string' as const }];
const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;

describe('a body in S3', () => {
  test('is stored and read with signed requests, their content included', async () => {
    const { seen, bodies } = await bucketThat(() => ({ status: 200, body: JSON.stringify(parts) }));
    expect(await bodies.read({ objectKey: 'bodies/abc', bytes: 1 })).toEqual(parts);
    expect(seen).toMatchObject([{ method: 'GET', url: '/bucket/bodies/abc' }]);
    const signed = /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=host;/;
    expect(seen[0]?.headers.authorization).toMatch(signed);
    expect(seen[0]?.headers['x-amz-security-token']).toBe('session');
    expect(seen[0]?.headers['x-amz-content-sha256']).toBe(createHash('sha256').digest('hex'));
  });

  test.each(['NoSuchKey', 'AccessDenied'])('is gone where S3 says %s', async (code) => {
    const { bodies } = await bucketThat(() => ({ status: code === 'NoSuchKey' ? 404 : 403, body: error(code) }));
    expect(await bodies.read({ objectKey: 'bodies/abc', bytes: 1 })).toBeUndefined();
  });

  test('is asked for again after a broken connection and a 503', async () => {
    const { seen, bodies } = await bucketThat((place) => {
      if (place === 1) return { status: 0 };
      return place === 2 ? { status: 503, body: error('SlowDown') } : { status: 200, body: '[{"text":"here"}]' };
    });
    expect(await bodies.read({ objectKey: 'bodies/abc', bytes: 1 })).toEqual([{ text: 'here' }]);
    expect(seen).toHaveLength(3);
  });

  test('that stays out of reach is a fault that names the key and the code', async () => {
    const { bodies } = await bucketThat(() => ({ status: 503, body: error('SlowDown') }));
    const read = bodies.read({ objectKey: 'bodies/abc', bytes: 1 });
    await expect(read).rejects.toThrow('S3 refused GET of bodies/abc: 503 SlowDown');
  });

  test('that is refused for another reason is not taken for gone, nor asked for again', async () => {
    const { seen, bodies } = await bucketThat(() => ({ status: 403, body: error('RequestTimeTooSkewed') }));
    const read = bodies.read({ objectKey: 'bodies/abc', bytes: 1 });
    await expect(read).rejects.toThrow('S3 refused GET of bodies/abc: 403 RequestTimeTooSkewed');
    expect(seen).toHaveLength(1);
  });

  test('lies at the host of its bucket in AWS', async () => {
    const asked: string[] = [];
    const { read } = openLargeBodies(config, 'bucket', undefined, async (input) => {
      asked.push(String(input));
      return new Response('[]');
    });
    await read({ objectKey: 'bodies/abc', bytes: 2 });
    expect(asked).toEqual(['https://bucket.s3.eu-central-1.amazonaws.com/bodies/abc']);
  });
});

import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { expect, test } from 'vitest';
import { signWebhook } from './signature.ts';

const key = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64'));

test('whatever is sent, its signature is verified by the standardwebhooks and svix npm libraries', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uuid(), key, key, (text, id, secret, former) => {
      const body = JSON.stringify({ text });
      const timestamp = Math.floor(Date.now() / 1000);
      const signature = signWebhook({ id, timestamp, body }, [`whsec_${secret}`, `whsec_${former}`]);
      const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
      for (const one of [secret, former]) {
        expect(new Webhook(`whsec_${one}`).verify(body, headers)).toEqual(JSON.parse(body));
        expect(new SvixWebhook(`whsec_${one}`).verify(body, headers)).toEqual(JSON.parse(body));
      }
    }),
    { numRuns: 50 },
  );
});

test('a secret that is no whsec_ signs with its own bytes', () => {
  const message = { id: 'msg_1', timestamp: 1_700_000_000, body: '{}' };
  const same = `whsec_${Buffer.from('a secret of our own').toString('base64')}`;
  expect(signWebhook(message, ['a secret of our own'])).toBe(signWebhook(message, [same]));
});

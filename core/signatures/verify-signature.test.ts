import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SignatureScheme } from '../document/schema-signatures.ts';
import { signWebhook } from '../webhooks/signature.ts';
import { presets } from './presets.ts';
import { verifySignature } from './verify-signature.ts';

const now = Date.parse('2026-11-21T09:00:00.000Z');
const { github, shippo, hubspot, zendesk } = presets;
const standard = presets['standard-webhooks'];

function hmac(encoding: 'hex' | 'base64', message: string | Uint8Array, secret = 'secret'): string {
  return createHmac('sha256', secret).update(message).digest(encoding);
}

function verify(
  scheme: SignatureScheme,
  headers: Record<string, string>,
  body: string | Uint8Array = 'body',
  secrets: readonly string[] = ['secret'],
) {
  const request = { method: 'POST', url: 'https://api.example.com/hook', headers, body: Buffer.from(body) };
  return verifySignature(scheme, request, secrets, now);
}

describe('a signature', () => {
  test('is verified over the raw bytes, also where they are no UTF-8', () => {
    const body = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    expect(verify(github, { 'x-hub-signature-256': `sha256=${hmac('hex', body)}` }, body).outcome).toBe('valid');
  });

  test('may be in capital hex digits, or in Base64 without its padding, and has the same fingerprint', () => {
    const mac = hmac('hex', 'body');
    const lower = verify(github, { 'x-hub-signature-256': `sha256=${mac}` });
    expect(lower.outcome).toBe('valid');
    expect(verify(github, { 'x-hub-signature-256': `sha256=${mac.toUpperCase()}` })).toEqual(lower);
    const at = '2026-11-21T09:00:00Z';
    const signed = (text: string) => ({
      'x-zendesk-webhook-signature': text,
      'x-zendesk-webhook-signature-timestamp': at,
    });
    const padded = verify(zendesk, signed(hmac('base64', `${at}body`)));
    expect(padded.outcome).toBe('valid');
    expect(verify(zendesk, signed(hmac('base64', `${at}body`).replace('=', '')))).toEqual(padded);
  });

  test('never has its digest chosen by the caller', () => {
    const sha1 = createHmac('sha1', 'secret').update('body').digest('hex');
    expect(verify(github, { 'x-hub-signature-256': `sha1=${sha1}` })).toEqual({
      outcome: 'refused',
      reason: 'the header X-Hub-Signature-256 holds no signature, which is 32 bytes as sha256=<hexadecimal>',
    });
  });

  test.for(['sha256=', 'sha256=0', 'sha256=zz', `sha256=${'0'.repeat(63)}`, `sha256=${'0'.repeat(66)}`, 'nonsense'])(
    'that is malformed is told from one that does not match: %s',
    (text) => {
      expect(verify(github, { 'x-hub-signature-256': text })).toMatchObject({
        reason: expect.stringContaining('holds no signature'),
      });
    },
  );

  test('by an empty key is refused, whatever secret comes to one', () => {
    const signedByNobody = { 'x-hub-signature-256': `sha256=${hmac('hex', 'body', '')}` };
    const base64 = { ...github, secretEncoding: 'base64' } as const;
    expect(verify(github, signedByNobody, 'body', ['']).outcome).toBe('refused');
    expect(verify(base64, signedByNobody, 'body', ['whsec_']).outcome).toBe('refused');
  });

  test('is found among others, up to twenty of them', () => {
    const at = now / 1_000;
    const right = signWebhook({ id: 'a', timestamp: at, body: 'body' }, ['secret']);
    const other = (place: number) => `v1,${hmac('base64', String(place))}`;
    const among = (before: number) => ({
      'webhook-id': 'a',
      'webhook-timestamp': String(at),
      'webhook-signature': [...Array.from({ length: before }, (_, place) => other(place)), right].join(' '),
    });
    expect(verify(standard, among(19)).outcome).toBe('valid');
    expect(verify(standard, among(20)).outcome).toBe('refused');
  });
});

test('what our own webhooks sign is accepted, whatever the secret looks like', () => {
  const secret = fc.oneof(
    fc.string({ minLength: 1, unit: 'grapheme-ascii' }),
    fc.base64String({ minLength: 4 }),
    fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
  );
  fc.assert(
    fc.property(secret, fc.string(), fc.uuid(), (text, body, id) => {
      const timestamp = now / 1_000;
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signWebhook({ id, timestamp, body }, [text]),
      };
      expect(verify(standard, headers, body, [text]).outcome).toBe('valid');
    }),
  );
});

describe('a timestamp', () => {
  const shippoHeaders = (timestamp: string, body = 'body') => ({
    'shippo-auth-signature': `t=${timestamp}, v1=${hmac('hex', `${timestamp}.${body}`)}`,
  });

  test.for(['soon', '0x6920', '1e9', '-5', `0${now / 1_000}`, `${now / 1_000}.0`])(
    'that cannot be read is said to be so: %s',
    (timestamp) => {
      expect(verify(shippo, shippoHeaders(timestamp))).toEqual({
        outcome: 'refused',
        reason: 'the timestamp is not a whole number of seconds since 1970',
      });
    },
  );

  test.for(['2026-11-21', '2026-11-21T09:00:00', 'Sat, 21 Nov 2026 09:00:00 GMT', '2026-02-30T09:00:00Z'])(
    'of Zendesk needs its time and its zone: %s',
    (timestamp) => {
      const headers = {
        'x-zendesk-webhook-signature': hmac('base64', `${timestamp}body`),
        'x-zendesk-webhook-signature-timestamp': timestamp,
      };
      expect(verify(zendesk, headers)).toEqual({
        outcome: 'refused',
        reason: 'the timestamp is not a date and time of RFC 3339 with its time zone',
      });
    },
  );

  test('that is missing is named, as a header or as a part of one', () => {
    expect(verify(hubspot, { 'x-hubspot-signature-v3': hmac('base64', 'x') })).toEqual({
      outcome: 'refused',
      reason: 'the header X-HubSpot-Request-Timestamp is missing',
      missingHeader: 'X-HubSpot-Request-Timestamp',
    });
    expect(verify(shippo, { 'shippo-auth-signature': `v1=${hmac('hex', 'x')}` })).toEqual({
      outcome: 'refused',
      reason: 'the header Shippo-Auth-Signature holds no timestamp, which begins with t=',
    });
  });

  test('that is wrong says nothing where the secret is wrong as well', () => {
    const verdict = verify(shippo, shippoHeaders('1'), 'body', ['wrong']);
    expect(verdict).toMatchObject({ reason: expect.stringContaining('no secret matches') });
  });

  test('cannot be moved by taking digits from the body, or giving it some', () => {
    const at = String(now);
    const signed = (timestamp: string) => ({
      'x-hubspot-signature-v3': hmac('base64', `POSThttps://api.example.com/hookx=00${at}`),
      'x-hubspot-request-timestamp': timestamp,
    });
    expect(verify(hubspot, signed(at), 'x=00').outcome).toBe('valid');
    expect(verify(hubspot, signed(`0${at}`), 'x=0').outcome).toBe('refused');
    expect(verify(hubspot, signed(`00${at}`), 'x=').outcome).toBe('refused');
    expect(verify(hubspot, signed(at.slice(1)), `x=00${at.slice(0, 1)}`).outcome).toBe('refused');
  });
});

test('an id cannot take the timestamp into itself', () => {
  const at = String(now / 1_000);
  const headers = {
    'webhook-id': 'a.1',
    'webhook-timestamp': at,
    'webhook-signature': `v1,${hmac('base64', `a.1.${at}.rest`)}`,
  };
  expect(verify(standard, headers, 'rest')).toEqual({
    outcome: 'refused',
    reason: 'the header webhook-id holds what the signed message puts after the id',
  });
});

describe('whatever is sent', () => {
  const schemes = Object.values(presets);
  const scheme = fc.constantFrom(...schemes);
  const headerNames = schemes.flatMap(({ header, timestampHeader, idHeader }) =>
    [header, timestampHeader, idHeader].flatMap((name) => (name === undefined ? [] : [name.toLowerCase()])),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.base64String(),
    fc
      .tuple(fc.constantFrom('v1,', 'v0=', 'sha256=', 't=1,v1=', ''), fc.uint8Array({ minLength: 32, maxLength: 32 }))
      .map(([prefix, bytes]) => prefix + Buffer.from(bytes).toString('hex')),
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => `v1,${Buffer.from(bytes).toString('base64')}`),
    fc.constant(String(now / 1_000)),
  );

  test('in the headers never throws and never passes', () => {
    fc.assert(
      fc.property(
        scheme,
        fc.dictionary(fc.constantFrom(...headerNames), text),
        fc.uint8Array(),
        (one, headers, body) => {
          expect(verify(one, headers, body).outcome).toBe('refused');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a signature or a body with any one byte changed is refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('body', 'mac', 'text'),
        (body, at, by, where) => {
          const flipped = (bytes: Uint8Array) =>
            bytes.map((byte, place) => (place === at % bytes.length ? byte ^ by : byte));
          const timestamp = String(now / 1_000);
          const message = Buffer.concat([Buffer.from(`a.${timestamp}.`), body]);
          const mac = createHmac('sha256', 'secret').update(message).digest();
          const encoded = Buffer.from(where === 'mac' ? flipped(mac) : mac).toString('base64');
          const changed = where === 'text' ? Buffer.from(flipped(Buffer.from(encoded))).toString('latin1') : encoded;
          // Padding and spaces around carry nothing, so their loss is no change.
          fc.pre(changed.trim().replace(/=$/, '') !== mac.toString('base64').replace(/=$/, '') || where === 'body');
          const headers = {
            'webhook-id': 'a',
            'webhook-timestamp': timestamp,
            'webhook-signature': `v1,${changed}`,
          };
          expect(verify(standard, headers, where === 'body' ? flipped(body) : body).outcome).toBe('refused');
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

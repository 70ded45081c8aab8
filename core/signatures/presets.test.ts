import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, test } from 'vitest';
import { Signature, type SignaturePreset } from '../document/schema-signatures.ts';
import { presets } from './presets.ts';
import { type SignedRequest, verifySignature } from './verify-signature.ts';

const now = Date.parse('2026-11-21T09:00:00.000Z');
const seconds = String(now / 1_000);
const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const secret = "It's a Secret to Everybody";

function requestOf(body: string, headers: Record<string, string>, url = 'https://api.example.com/hook'): SignedRequest {
  return { method: 'POST', url, headers, body: Buffer.from(body) };
}

function hmac(encoding: 'hex' | 'base64', message: string, key: string | Buffer = secret): string {
  return createHmac('sha256', key).update(message).digest(encoding);
}

const body = '{"action":"closed"}';

/** What each sender sends, written out as its documentation has it, and not by way of our schemes. */
const sent: Record<SignaturePreset, { request: SignedRequest; secret: string; isTimed: boolean }> = {
  'standard-webhooks': {
    request: requestOf(body, {
      'webhook-id': 'msg_1',
      'webhook-timestamp': seconds,
      'webhook-signature': `v1a,${'A'.repeat(86)}== v1,${hmac('base64', `msg_1.${seconds}.${body}`, Buffer.from(whsec.slice(6), 'base64'))}`,
    }),
    secret: whsec,
    isTimed: true,
  },
  github: {
    // GitHub's own example (docs, "Validating webhook deliveries").
    request: requestOf('Hello, World!', {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    }),
    secret,
    isTimed: false,
  },
  jira: {
    // Atlassian's own example ("Secure admin webhooks").
    request: requestOf('Hello World!', {
      'x-hub-signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
    }),
    secret,
    isTimed: false,
  },
  slack: {
    request: requestOf('token=x&team_id=T1', {
      'x-slack-request-timestamp': seconds,
      'x-slack-signature': `v0=${hmac('hex', `v0:${seconds}:token=x&team_id=T1`)}`,
    }),
    secret,
    isTimed: true,
  },
  zendesk: {
    request: requestOf(body, {
      'x-zendesk-webhook-signature-timestamp': '2026-11-21T09:00:00Z',
      'x-zendesk-webhook-signature': hmac('base64', `2026-11-21T09:00:00Z${body}`),
    }),
    secret,
    isTimed: true,
  },
  sentry: {
    request: requestOf(body, {
      'sentry-hook-timestamp': '1',
      'sentry-hook-signature': hmac('hex', body),
    }),
    secret,
    isTimed: false,
  },
  shippo: {
    request: requestOf(body, { 'shippo-auth-signature': `t=${seconds},v1=${hmac('hex', `${seconds}.${body}`)}` }),
    secret,
    isTimed: true,
  },
  hubspot: {
    request: requestOf(
      body,
      {
        'x-hubspot-request-timestamp': String(now),
        'x-hubspot-signature-v3': hmac(
          'base64',
          `POSThttps://api.example.com/hook?find=jim@example.com&q=a%20b${body}${now}`,
        ),
      },
      'https://api.example.com/hook?find=jim%40example.com&q=a%20b',
    ),
    secret,
    isTimed: true,
  },
  linear: { request: requestOf(body, { 'linear-signature': hmac('hex', body) }), secret, isTimed: false },
};

const names = Object.keys(presets).filter((name) => name in sent);

function sentBy(name: string) {
  const found = Object.entries(sent).find(([preset]) => preset === name);
  const scheme = Object.entries(presets).find(([preset]) => preset === name)?.[1];
  if (found === undefined || scheme === undefined) throw new Error(`nothing is known of ${name}`);
  return { scheme, ...found[1] };
}

test.for(Object.entries(presets))('a document could write out the preset %s as data', ([, scheme]) => {
  expect(Signature.parse({ scheme, secret: 'hook' }).scheme).toEqual(scheme);
});

describe.for(names)('what %s sends', (name) => {
  const { scheme, request, secret: right, isTimed } = sentBy(name);

  test('is accepted with the right secret, and known again by its fingerprint', () => {
    const verdict = verifySignature(scheme, request, [right], now);
    expect(verdict).toMatchObject({ outcome: 'valid', isTimed, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(verifySignature(scheme, request, ['another', right], now)).toEqual(verdict);
  });

  test('is refused with the wrong secret, without any, and with an empty one', () => {
    const reason = 'no secret matches: another one was signed with, or other bytes were signed';
    for (const secrets of [['wrong'], [], [''], ['whsec_']]) {
      expect(verifySignature(scheme, request, secrets, now)).toEqual({ outcome: 'refused', reason });
    }
  });

  test('is refused with another body', () => {
    const changed = { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) };
    expect(verifySignature(scheme, changed, [right], now).outcome).toBe('refused');
  });

  test('is refused without the signature, by the name of its header', () => {
    const reason = `the header ${scheme.header} is missing`;
    expect(verifySignature(scheme, { ...request, headers: {} }, [right], now)).toEqual({
      outcome: 'refused',
      reason,
      missingHeader: scheme.header,
    });
  });
});

test.for(names.filter((name) => sentBy(name).isTimed))(
  'what %s sends is refused once the clocks are further apart than 5 minutes, and it is said by how much',
  (name) => {
    const { scheme, request, secret: right } = sentBy(name);
    const judge = (offMs: number) => verifySignature(scheme, request, [right], now + offMs);
    expect(judge(300_000).outcome).toBe('valid');
    expect(judge(-300_000).outcome).toBe('valid');
    expect(judge(600_000)).toEqual({
      outcome: 'refused',
      reason: 'the timestamp is 600 s behind our clock; at most 300 s are allowed',
    });
    expect(judge(-600_000)).toEqual({
      outcome: 'refused',
      reason: 'the timestamp is 600 s ahead of our clock; at most 300 s are allowed',
    });
    expect(judge(300_001)).toMatchObject({ reason: expect.stringContaining('301 s behind') });
  },
);

test.for([
  ['standardwebhooks', (id: string, at: Date, text: string) => new Webhook(whsec).sign(id, at, text)],
  ['svix', (id: string, at: Date, text: string) => new SvixWebhook(whsec).sign(id, at, text)],
] as const)('what the npm library %s signs is accepted', ([, sign]) => {
  const headers = {
    'webhook-id': 'msg_2',
    'webhook-timestamp': seconds,
    'webhook-signature': sign('msg_2', new Date(now), body),
  };
  const verdict = verifySignature(presets['standard-webhooks'], requestOf(body, headers), [whsec], now);
  expect(verdict.outcome).toBe('valid');
});

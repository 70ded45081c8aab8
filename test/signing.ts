import { createHmac } from 'node:crypto';
import { signWebhook } from '../core/webhooks/signature.ts';

/** A call to be signed at an instant (epoch milliseconds) with a secret. */
type Signing = { body: string; secret: string; at: number };

/** The headers that each sender would send with a body, written out without our schemes. */
export const signedBy = {
  github: ({ body, secret }: Signing) => ({ 'x-hub-signature-256': `sha256=${hmac('hex', secret, body)}` }),
  jira: ({ body, secret }: Signing) => ({ 'x-hub-signature': `sha256=${hmac('hex', secret, body)}` }),
  slack: ({ body, secret, at }: Signing) => ({
    'x-slack-request-timestamp': inSeconds(at),
    'x-slack-signature': `v0=${hmac('hex', secret, `v0:${inSeconds(at)}:${body}`)}`,
  }),
  'standard-webhooks': ({ body, secret, at }: Signing) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': inSeconds(at),
    'webhook-signature': signWebhook({ id: 'msg_1', timestamp: Math.floor(at / 1_000), body }, [secret]),
  }),
  hubspot: ({ body, secret, at, url }: Signing & { url: string }) => ({
    'x-hubspot-request-timestamp': String(at),
    'x-hubspot-signature-v3': hmac('base64', secret, `POST${url}${body}${at}`),
  }),
} as const;

function inSeconds(at: number): string {
  return String(Math.floor(at / 1_000));
}

function hmac(encoding: 'hex' | 'base64', secret: string, message: string): string {
  return createHmac('sha256', secret).update(message).digest(encoding);
}

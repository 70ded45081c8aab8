import { createHmac } from 'node:crypto';

/** A message to be signed: its id, the attempt's own timestamp (epoch seconds), and the bytes that are sent. */
export type SignedMessage = { id: string; timestamp: number; body: string };

/**
 * The value of `webhook-signature` (Standard Webhooks 1.0): one signature for each secret, with spaces between them, so
 * that receivers can go over from one secret to the next.
 */
export function signWebhook({ id, timestamp, body }: SignedMessage, secrets: readonly string[]): string {
  return secrets
    .map((secret) => {
      const digest = createHmac('sha256', signingKey(secret))
        .update(`${id}.${timestamp}.${body}`, 'utf8')
        .digest('base64');
      return `v1,${digest}`;
    })
    .join(' ');
}

/** `whsec_` and Base64 are the standard's way to write a key; any other text is its own bytes. */
function signingKey(secret: string): Uint8Array {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  return encoded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64');
}

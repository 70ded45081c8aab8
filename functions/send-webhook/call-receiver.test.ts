import { expect, test } from 'vitest';
import type { Exchange } from '../../adapters/http/outbound-client.ts';
import { callReceiver } from './call-receiver.ts';

const token = { url: 'https://login.example.com/token', headers: [], body: 'grant_type=client_credentials' };
const request = { method: 'POST', url: 'https://api.example.com/', headers: [] };
const answered = (status: number, totalMs: number): Exchange => ({
  ...{ outcome: 'answered', status, headers: {}, body: new Uint8Array(), truncated: false, address: '192.0.2.1' },
  timings: { totalMs, firstByteMs: 5 },
});

test('a call takes as long as all that it needed: tokens, and an answer of 401', async () => {
  const answers = [answered(401, 20), answered(201, 40)];
  const outbound = { send: async () => answers.shift() ?? answered(500, 0), close: () => undefined };
  const tokens = { get: async () => ({ outcome: 'token' as const, token: 'a token', spentMs: 100 }) };
  const { exchange } = await callReceiver({ outbound, tokens }, { ...request, token }, 5_000);
  expect(exchange).toMatchObject({ status: 201, timings: { totalMs: 260, firstByteMs: 5 } });
});

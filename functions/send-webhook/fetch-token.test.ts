import { expect, test } from 'vitest';
import type { Exchange } from '../../adapters/http/outbound-client.ts';
import { openTokens } from './fetch-token.ts';

const request = { url: 'https://login.example.com/token', headers: [], body: 'grant_type=client_credentials' };
const granted = (token: string): Exchange => ({
  outcome: 'answered',
  status: 200,
  headers: {},
  body: Buffer.from(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3600 })),
  truncated: false,
  address: '192.0.2.1',
  timings: { totalMs: 1 },
});

/** Tokens whose endpoint answers when the test says so. */
function heldTokens() {
  const answers: ((exchange: Exchange) => void)[] = [];
  const outbound = { send: () => new Promise<Exchange>((resolve) => answers.push(resolve)), close: () => undefined };
  return { answers, tokens: openTokens({ outbound, now: () => 0, elapsed: () => performance.now() }) };
}

test('attempts at the same time share one fetch', async () => {
  const { answers, tokens } = heldTokens();
  const both = [tokens.get(request, 5_000), tokens.get(request, 5_000)];
  answers[0]?.(granted('first-token'));
  expect(await Promise.all(both)).toMatchObject([{ token: 'first-token' }, { token: 'first-token' }]);
  expect(answers).toHaveLength(1);
  expect(await tokens.get(request, 5_000)).toMatchObject({ token: 'first-token', spentMs: 0 });
});

test('an attempt that shares a fetch keeps its own deadline, and the fetch goes on for the others', async () => {
  const { answers, tokens } = heldTokens();
  const patient = tokens.get(request, 5_000);
  expect(await tokens.get(request, 1)).toMatchObject({
    outcome: 'failed',
    exchange: { class: 'timeout', message: 'no token from login.example.com within 0.001 s' },
    verdict: { outcome: 'retry' },
  });
  answers[0]?.(granted('first-token'));
  expect(await patient).toMatchObject({ token: 'first-token' });
  expect(answers).toHaveLength(1);
});

test('attempts whose token was refused at the same time fetch one new one', async () => {
  const { answers, tokens } = heldTokens();
  const first = tokens.get(request, 5_000);
  answers[0]?.(granted('old-token'));
  await first;
  const renewed = [tokens.get(request, 5_000, 'old-token'), tokens.get(request, 5_000, 'old-token')];
  answers[1]?.(granted('new-token'));
  expect(await Promise.all(renewed)).toMatchObject([{ token: 'new-token' }, { token: 'new-token' }]);
  expect(await tokens.get(request, 5_000, 'old-token')).toMatchObject({ token: 'new-token', spentMs: 0 });
  expect(answers).toHaveLength(2);
});

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { curlCommand } from './curl.ts';
import type { FrozenRequest } from './delivery.ts';

/** Runs a command in a shell whose `curl` prints what it is given, each argument between marks. */
function runCommand(command: string, environment: Record<string, string> = {}): string[] {
  const stub = `curl() { for argument in "$@"; do printf '%s\\0' "$argument"; done; case "$*" in *@-*) cat;; esac; }\n`;
  const output = execFileSync('sh', ['-s'], {
    input: stub + command,
    env: { PATH: process.env.PATH ?? '', ...environment },
  });
  return output.toString().split('\0');
}

function requestWith(changes: Partial<FrozenRequest> = {}): FrozenRequest {
  return { method: 'POST', url: [{ text: 'https://example.com/a?b=[1]' }], headers: [], timeoutMs: 15_000, ...changes };
}

function argumentOf(words: readonly string[], option: string): string | undefined {
  return words[words.indexOf(option) + 1];
}

describe('a request as a curl command', () => {
  test('reaches curl as it was recorded, whatever its texts hold', () => {
    const text = fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc
          .array(fc.constantFrom("'", '"', '$', '`', '\\', '\n', '!', '$(id)', ' ', '#', '@', '-', '\r', 'é'))
          .map((parts) => parts.join('')),
      )
      .filter((given) => !given.includes('\0') && given.isWellFormed());
    const property = fc.property(text, text, text, (url, value, body) => {
      const command = curlCommand({
        request: requestWith({ url: [{ text: url }], headers: [['X-Test', [{ text: `v${value}` }]]] }),
        body: [{ text: body }],
        webhookId: 'abc',
      });
      const words = runCommand(command);
      expect(argumentOf(words, '--url')).toBe(url);
      expect(argumentOf(words, '--data-raw')).toBe(body);
      expect(words).toContain(`X-Test: v${value}`);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('takes secrets from variables, one for each way of writing them, and says so', () => {
    const command = curlCommand({
      request: requestWith({
        url: [
          { secret: 'base', encoding: 'url-start' },
          { text: '/a/' },
          { secret: 'jira-key', encoding: 'url-component' },
        ],
        headers: [
          ['X-Key', [{ text: "it's " }, { secret: 'jira_key', encoding: 'header' }]],
          ['X-Empty', []],
        ],
        auth: { kind: 'basic', username: [{ text: 'ann' }], password: [{ secret: 'jira-key', encoding: 'text' }] },
        sign: 'signing',
      }),
      body: [{ text: '{"a":"' }, { secret: 'jira-key', encoding: 'json-string' }, { text: '"}' }],
      webhookId: 'abc',
    });
    const words = runCommand(command, {
      SECRET_BASE: 'https://example.com',
      SECRET_JIRA_KEY: 'a%20b',
      SECRET_JIRA_KEY_2: 'header $(value)',
      SECRET_JIRA_KEY_3: 'pass',
      SECRET_JIRA_KEY_4: '\\"',
    });
    expect(words).toEqual([
      ...['--include', '--globoff', '--request', 'POST', '--max-time', '15', '--user', 'ann:pass'],
      ...['--header', "X-Key: it's header $(value)", '--header', 'X-Empty;', '--header', 'webhook-id: abc'],
      ...['--header', expect.stringMatching(/^webhook-timestamp: \d+$/), '--data-raw', '{"a":"\\""}'],
      ...['--url', 'https://example.com/a/a%20b', ''],
    ]);
    expect(command).toContain("SECRET_JIRA_KEY='…'   the value of the secret jira-key, percent-encoded\n");
    expect(command).toContain('# The signature is left out');
  });

  test('sends a token that a person fetches, and has no comment where nothing is missing', () => {
    const parts = [{ text: 'x' }];
    const auth = {
      kind: 'oauth2' as const,
      tokenUrl: parts,
      clientId: parts,
      clientSecret: parts,
      parameters: [],
      sendAs: 'body' as const,
    };
    const signedIn = curlCommand({ request: requestWith({ auth }), body: undefined, webhookId: 'abc' });
    expect(runCommand(signedIn, { ACCESS_TOKEN: 'token' })).toContain('Authorization: Bearer token');
    expect(signedIn).toMatch(/^# Secrets are not shown/);
    expect(curlCommand({ request: requestWith(), body: undefined, webhookId: 'abc' })).toMatch(/^curl --include/);
  });

  test('pipes a body that no argument can hold', () => {
    const body = `it's ${'x'.repeat(250_000)}`;
    const command = curlCommand({ request: requestWith(), body: [{ text: body }], webhookId: 'abc' });
    const words = runCommand(command);
    expect(argumentOf(words, '--data-binary')).toBe('@-');
    expect(words.at(-1)).toBe(body);
  });

  test('of a replay says that it is one', () => {
    const command = (isReplay: boolean) =>
      curlCommand({ request: requestWith(), body: undefined, webhookId: 'abc', isReplay });
    expect(runCommand(command(true))).toContain('webhook-replay: true');
    expect(runCommand(command(false))).not.toContain('webhook-replay: true');
  });
});

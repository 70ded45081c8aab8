import type { Stack } from './stack-options.ts';

const report = {
  summary: 'The map closes itself when I rotate the phone',
  description: 'Every time, since the last update.',
  severity: 'Critical',
  platforms: ['iOS'],
};

/** What is printed once the stack is ready: where everything is, and a line to try. */
export function welcome({ origin, localJson }: Stack, readyAfterMs: number, localJsonFile: string): string {
  const { keys, receiver, outbox, oidc } = localJson;
  return [
    `Feedbridge is ready after ${(readyAfterMs / 1000).toFixed(1)} s.`,
    '',
    `  API       ${origin}`,
    `  Docs      ${origin}/docs`,
    `  Receiver  ${receiver}  (shows every webhook that the example project sends)`,
    `  Outbox    ${outbox}  (shows every e-mail)`,
    `  Example   ${origin}/examples/upload  (a page that sends files)`,
    `  Sign-in   ${oidc.issuer}`,
    `  Details   ${localJsonFile}  (keys, an administrator's token)`,
    '',
    '  API keys',
    ...Object.entries(keys).map(([prefix, key]) => `    ${prefix.padEnd(8)}${key}`),
    '',
    '  Try it: a critical report, whose message to Slack shows up at the receiver.',
    '',
    `curl -sS '${origin}/api/v1/projects/apollo/feedback/appcrashlog' \\`,
    `  -H 'X-Api-Key: ${keys.mobile ?? ''}' -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(report)}'`,
    '',
  ].join('\n');
}

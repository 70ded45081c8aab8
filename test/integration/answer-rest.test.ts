import { expect } from 'vitest';
import { configurationReader } from '../../adapters/dynamodb/configuration.ts';
import { answerRest } from '../../functions/answer-rest/handler.ts';
import { type TestEngines, test } from '../engines.ts';
import { callThrough } from '../gateway.ts';
import { seedProject } from '../project.ts';

const formOrigin = 'https://forms.example.com';

test('a preflight is answered by what the applied document allows', async ({ engines }) => {
  const { project } = await seedProject(engines.table);
  const preflight = preflightOver(engines);

  const allowed = await preflight(project, 'webform', formOrigin);
  expect(allowed).toMatchObject({
    status: 204,
    json: undefined,
    headers: { 'access-control-allow-origin': formOrigin },
  });
  expect(allowed.headers['access-control-allow-headers']).toContain('X-Api-Key');

  for (const [source, origin] of [
    ['webform', 'https://evil.example.com'],
    ['appcrashlog', formOrigin],
    ['nothing', formOrigin],
  ] as const) {
    const refused = await preflight(project, source, origin);
    expect(refused.status).toBe(204);
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
  }
});

test('a preflight for an odd project never troubles the table', async ({ engines }) => {
  const preflight = preflightOver(engines);
  for (const project of ['nobody', 'x'.repeat(63), 'y'.repeat(9_000), '%zz', '..', '\u0000', '🚀']) {
    expect((await preflight(project, 'webform', formOrigin)).status).toBe(204);
  }
});

function preflightOver({ table }: TestEngines) {
  const call = callThrough(
    answerRest({
      apiOrigin: 'https://api.example.com',
      signIn: { issuer: 'https://login.example.com', clientId: 'people' },
      readConfiguration: configurationReader(table, { freshMs: 0, now: Date.now, stageVariables: {} }),
      readFiles: async () => new Map(),
    }),
  );
  return async (project: string, source: string, origin: string) =>
    await call({ method: 'OPTIONS', path: `/api/v1/projects/${project}/feedback/${source}`, headers: { origin } });
}

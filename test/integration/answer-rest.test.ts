import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { configurationReader } from '../../adapters/dynamodb/configuration.ts';
import { documentId } from '../../adapters/dynamodb/keys.ts';
import { storeDocumentParts, switchDocument } from '../../adapters/dynamodb/projects.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { answerRest } from '../../functions/answer-rest/handler.ts';
import { endpoint } from '../../functions/kit/endpoint.ts';
import type { Observer } from '../../functions/kit/observer.ts';
import { test } from '../engines.ts';

const document: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));
const source = '/api/v1/projects/apollo/feedback/webform';

test('a preflight is answered by what the applied document allows', async ({ engines }) => {
  const { table } = engines;
  await applyDocument(table);
  const send = restOf(table);

  const allowed = await send('OPTIONS', source, { origin: 'https://forms.example.com' });
  expect(allowed).toMatchObject({ statusCode: 204, body: '' });
  expect(allowed.headers['access-control-allow-origin']).toBe('https://forms.example.com');

  const other = await send('OPTIONS', source, { origin: 'https://evil.example.com' });
  expect(other.statusCode).toBe(204);
  expect(other.headers).not.toHaveProperty('access-control-allow-origin');
});

test('no path is too odd for the table', async ({ engines }) => {
  const send = restOf(engines.table);
  for (const project of ['nobody', 'x'.repeat(63), 'y'.repeat(9_000), '%zz', '..', '\u0000', '🚀']) {
    const reply = await send('OPTIONS', source.replace('apollo', project), { origin: 'https://forms.example.com' });
    expect(reply.statusCode).toBe(204);
  }
});

function restOf(table: Table) {
  const handler = endpoint(
    silent,
    answerRest({
      apiOrigin: 'https://api.example.com',
      readConfiguration: configurationReader(table, { freshMs: 0, now: Date.now, stageVariables: {} }),
      readFiles: async () => new Map(),
    }),
  );
  return async (method: string, rawPath: string, headers: Record<string, string>) => {
    const requestContext = { requestId: 'request-1', http: { method, sourceIp: '127.0.0.1' } };
    return await handler({ routeKey: 'OPTIONS /{proxy+}', rawPath, headers, requestContext });
  };
}

import { findApiKey } from '../adapters/dynamodb/api-keys.ts';
import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import type { ProjectDocument } from '../core/document/schema.ts';
import { addToTicket } from '../functions/add-to-ticket/handler.ts';
import { signingSecretReader } from '../functions/kit/read-signing-secrets.ts';
import { routes } from '../functions/routes.ts';
import { testKeys } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { callThrough, recordingObserver, type TestCall } from './gateway.ts';
import { seededIds } from './seeded.ts';
import { triagedProject } from './triaged-project.ts';

/** A call of an app; the crash log's key is sent unless headers are given. */
type AppCall = Pick<TestCall, 'headers' | 'query'> & { source?: string; ticket?: string };

/** A project whose ticket BUG-0001 came through the crash log, and the function by which its app adds to it. */
export async function addingApp(engines: TestEngines, change?: (document: ProjectDocument) => void) {
  const { table, bucketName, s3Endpoint } = engines;
  const triaged = await triagedProject(engines, change);
  const { project, keyOf, clock } = triaged;
  const fresh = { freshMs: 0, now: clock.now };
  const observer = recordingObserver();
  const call = callThrough(
    addToTicket({
      ...{ table, observer, now: clock.now, newId: seededIds(`${project}/app`), pause: async () => undefined },
      ...{ dueShards: 4, deliveryRetentionDays: 30, loadKeys: async () => testKeys },
      apiOrigin: 'https://api.example.com',
      consoleOrigin: 'https://console.example.com',
      findKey: async (prefix) => await findApiKey(table, prefix),
      readConfiguration: configurationReader(table, { ...fresh, stageVariables: {} }),
      readSigningSecrets: signingSecretReader(table, async () => testKeys, fresh),
      largeBodies: openLargeBodies(table.client.config, bucketName, s3Endpoint),
    }),
    observer,
  );
  const send = async (name: 'change-feedback' | 'comment-on-feedback', body: unknown, given: AppCall) => {
    const { method, path } = routes[name];
    const { source = 'appcrashlog', ticket = 'BUG-0001', headers, ...more } = given;
    return await call({
      ...{ method, body, routeKey: `${method} ${path}`, parameters: { project, source, ticket } },
      path: path.replace('{project}', project).replace('{source}', source).replace('{ticket}', ticket),
      headers: { 'content-type': 'application/json', 'x-api-key': keyOf('mobile'), ...headers },
      ...more,
    });
  };
  return {
    ...triaged,
    appLines: observer.lines,
    change: async (body: unknown, given: AppCall = {}) => await send('change-feedback', body, given),
    comment: async (body: unknown, given: AppCall = {}) => await send('comment-on-feedback', body, given),
  };
}

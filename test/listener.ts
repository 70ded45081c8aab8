import { findApiKey } from '../adapters/dynamodb/api-keys.ts';
import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import { rememberFound } from '../adapters/dynamodb/fresh-cache.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import { fireListener } from '../functions/fire-listener/handler.ts';
import { signingSecretReader } from '../functions/kit/read-signing-secrets.ts';
import { testKeys } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { callThrough, recordingObserver, type TestCall } from './gateway.ts';
import type { TestProject } from './project.ts';
import { fixedClock, seededIds, type TestClock } from './seeded.ts';

/** How a listener is called: by POST as one for tickets unless said otherwise. */
export type ListenerCall = TestCall & { find?: string; member?: true };

/** The listener function over a worker's engines, with the cloud's caches and a clock of the test's own. */
export function listening(engines: TestEngines, { project, keyOf }: TestProject, clock: TestClock = fixedClock()) {
  const { table, bucketName, s3Endpoint } = engines;
  const observer = recordingObserver();
  const fresh = { freshMs: 10_000, now: clock.now };
  const call = callThrough(
    fireListener({
      table,
      observer,
      findKey: rememberFound((prefix) => findApiKey(table, prefix), fresh),
      readConfiguration: configurationReader(table, { ...fresh, stageVariables: {} }),
      readSigningSecrets: signingSecretReader(table, async () => testKeys, fresh),
      apiOrigin: 'https://api.example.com',
      loadKeys: async () => testKeys,
      largeBodies: openLargeBodies(table.client.config, bucketName, s3Endpoint),
      consoleOrigin: 'https://console.example.com',
      dueShards: 4,
      deliveryRetentionDays: 30,
      now: clock.now,
      newId: seededIds(`${project}/listener`),
      pause: async () => undefined,
    }),
    observer,
  );
  return {
    observer,
    /** Calls a listener with the key that opens it in the example; `find` goes into the query. */
    fire: async (listener: string, body: unknown, given: ListenerCall = {}) => {
      const { find, member, ...sent } = given;
      const kind = member ? 'userListeners' : 'feedbackListeners';
      return await call({
        ...sent,
        body,
        path: `/api/v1/projects/${project}/${kind}/${listener}`,
        query: sent.query ?? (find === undefined ? '' : `find=${encodeURIComponent(find)}`),
        parameters: { project, listener },
        headers: { 'x-api-key': keyOf(member ? 'mobile' : 'jira'), ...sent.headers },
      });
    },
  };
}

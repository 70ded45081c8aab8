import { findApiKey } from '../adapters/dynamodb/api-keys.ts';
import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import { rememberFound } from '../adapters/dynamodb/fresh-cache.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import { uploadSigner } from '../adapters/s3/presigned-post.ts';
import { signingSecretReader } from '../functions/kit/read-signing-secrets.ts';
import { receiveFeedback } from '../functions/receive-feedback/handler.ts';
import { testKeys } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { callThrough, recordingObserver, type TestCall } from './gateway.ts';
import type { TestProject } from './project.ts';
import { fixedClock, seededIds, type TestClock } from './seeded.ts';

/** The receive function over a worker's engines, with the cloud's caches and a clock of the test's own. */
export function receiver(engines: TestEngines, { project, keyOf }: TestProject, clock: TestClock = fixedClock()) {
  const { table, bucketName, s3Endpoint } = engines;
  const observer = recordingObserver();
  const fresh = { freshMs: 10_000, now: clock.now };
  const call = callThrough(
    receiveFeedback({
      table,
      observer,
      findKey: rememberFound((prefix) => findApiKey(table, prefix), fresh),
      readConfiguration: configurationReader(table, { ...fresh, stageVariables: {} }),
      readSigningSecrets: signingSecretReader(table, async () => testKeys, fresh),
      largeBodies: openLargeBodies(table.client.config, bucketName, s3Endpoint),
      signUpload: uploadSigner(table.client.config, bucketName, { endpoint: s3Endpoint, seconds: 3_600 }),
      loadKeys: async () => testKeys,
      apiOrigin: 'https://api.example.com',
      consoleOrigin: 'https://console.example.com',
      dueShards: 4,
      deliveryRetentionDays: 30,
      now: clock.now,
      newId: seededIds(project),
      pause: async () => undefined,
    }),
    observer,
  );
  return {
    observer,
    /** Sends a report to a source of the example; the crash log's key is sent unless headers are given. */
    send: async (body: unknown, given: TestCall & { source?: string } = {}) =>
      await call({
        ...given,
        body,
        parameters: { project, source: given.source ?? 'appcrashlog', ...given.parameters },
        headers: { 'content-type': 'application/json', 'x-api-key': keyOf('mobile'), ...given.headers },
      }),
  };
}

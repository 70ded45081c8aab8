import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import type { MacroMessage } from '../core/deliveries/message.ts';
import { runMacro } from '../functions/run-macro/handler.ts';
import type { TestEngines } from './engines.ts';
import { seededIds, type TestClock } from './seeded.ts';

/** The worker of the macro queue over a worker's engines; hand it messages as they come from the queue. */
export function macroWorker(engines: TestEngines, seed: string, clock: TestClock) {
  const { table, webhookQueue, emailQueue, macroQueue, bucketName, s3Endpoint } = engines;
  const work = runMacro({
    ...{ table, webhookQueue, emailQueue, macroQueue, dueShards: 4, deliveryRetentionDays: 30 },
    largeBodies: openLargeBodies(table.client.config, bucketName, s3Endpoint),
    readConfiguration: configurationReader(table, { freshMs: 0, now: clock.now, stageVariables: {} }),
    apiOrigin: 'https://api.example.com',
    consoleOrigin: 'https://console.example.com',
    now: clock.now,
    random: () => 0.5,
    newId: seededIds(`${seed}/macro-work`),
    pause: async () => undefined,
  });
  return async (message: MacroMessage) => await work(JSON.stringify(message));
}

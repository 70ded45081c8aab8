import { SESv2Client } from '@aws-sdk/client-sesv2';
import { findDelivery } from '../adapters/dynamodb/deliveries.ts';
import { createMailer, type SendMail } from '../adapters/ses/mail.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { sendEmail } from '../functions/send-email/handler.ts';
import { credentials, region } from '../local/place.ts';
import { testKeys } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { recordingObserver } from './gateway.ts';
import { storeDelivery } from './pending-mail.ts';
import { seededIds, type TestClock } from './seeded.ts';

/** The e-mail function over a worker's engines. */
export function mailSender(
  engines: TestEngines,
  clock: TestClock,
  options: { emailFrom?: string; sesEndpoint?: string; sendMail?: SendMail } = {},
) {
  const { table, emailQueue } = engines;
  const endpoint = options.sesEndpoint ?? engines.sesEndpoint;
  const client = new SESv2Client({ endpoint, region, credentials, maxAttempts: 1 });
  const observer = recordingObserver();
  const send = sendEmail({
    table,
    emailQueue,
    sendMail: options.sendMail ?? createMailer(client),
    emailFrom: options.emailFrom ?? 'feedbridge@localhost.test',
    apiOrigin: 'https://api.example.com',
    loadKeys: async () => testKeys,
    dueShards: 4,
    deliveryRetentionDays: 30,
    observer,
    now: clock.now,
    random: () => 0,
    newId: seededIds(`mail-leases/${clock.now()}`),
  });
  return {
    observer,
    /** Stores an e-mail, hands its message to the function, and returns what the log line says of it. */
    deliverNew: async (delivery: Delivery) => {
      await storeDelivery(table, delivery, clock.now());
      return await send(JSON.stringify({ delivery: delivery.id }));
    },
    deliver: async (delivery: string) => await send(JSON.stringify({ delivery })),
    find: async ({ project, id }: Delivery) => {
      const found = await findDelivery(table, project, id);
      if (found === undefined) throw new Error(`there is no delivery ${id}`);
      return { ...found.delivery, attempts: found.attempts };
    },
  };
}

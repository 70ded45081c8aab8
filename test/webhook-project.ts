import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { WebhookAction } from '../core/document/schema-webhook-action.ts';
import { admin } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';
import { startReceivingServer } from './receiving-server.ts';
import { fixedClock } from './seeded.ts';
import { sender } from './send.ts';

type Secrets = NonNullable<NonNullable<Parameters<typeof sender>[3]>['secrets']>;

const Listed = z.object({ items: z.array(z.object({ id: z.string() })) });

/** A receiver, and a project whose macro `tell-slack` is one webhook to its `/hook`; each ticket sets it off. */
export async function projectWithWebhook(
  engines: TestEngines,
  webhook: (origin: string) => object = () => ({}),
  options: { answer?: Parameters<typeof startReceivingServer>[0]; secrets?: Secrets; automations?: boolean } = {},
) {
  const server = await startReceivingServer(options.answer);
  onTestFinished(server.stop);
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document) => {
    const slack = document.macros.find(({ key }) => key === 'tell-slack');
    if (slack === undefined) throw new Error('the example has changed');
    const plain = { kind: 'webhook', method: 'POST', url: `${server.origin}/hook` };
    slack.actions = [WebhookAction.parse({ ...plain, ...webhook(server.origin) })];
    const automation = { key: 'all', enabled: true, trigger: 'submit' as const, feedbackType: 'issues' };
    document.automations = options.automations === false ? [] : [{ ...automation, macro: 'tell-slack' }];
  });
  const { project } = seeded;
  const clock = fixedClock();
  const { send } = receiver(engines, seeded, clock);
  const { deliver, deliveries, close } = sender(engines, project, clock, { secrets: options.secrets ?? {} });
  onTestFinished(close);
  const api = admin(engines, `${project}/admin`, clock);
  const path = `/projects/${project}`;
  return {
    ...{ server, project, clock, send, deliver, deliveries, api, path },
    call: api.asAdministrator,
    /** Reports a ticket, and returns the id of the delivery that it sets off. */
    report: async (summary = 'It crashed', more: object = {}) => {
      // Lists are by time: of two reports at one instant none is the newer.
      clock.advance(1_000);
      await send({ summary, ...more });
      const { items } = Listed.parse((await api.asAdministrator('GET', `${path}/deliveries?limit=1`)).json);
      const [first] = items;
      if (first === undefined) throw new Error('the ticket has set nothing off');
      return first.id;
    },
  };
}

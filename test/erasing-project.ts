import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { findRun } from '../adapters/dynamodb/runs.ts';
import type { ProjectDocument } from '../core/document/schema.ts';
import { WebhookAction } from '../core/document/schema-webhook-action.ts';
import { admin } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { type FileProjectOptions, fileProject } from './file-project.ts';
import { listening } from './listener.ts';
import { startReceivingServer } from './receiving-server.ts';
import { macroWorker, ownQueue } from './run-project.ts';
import { sender } from './send.ts';

const Listed = z.object({ items: z.array(z.looseObject({ id: z.string(), outcome: z.string() })) });
const Begun = z.looseObject({ id: z.string(), state: z.string() });

/** A project with everything that tickets and members meet: files, webhooks to a receiver, listeners, teams that are told, runs. */
export async function erasingProject(
  engines: TestEngines,
  {
    webhook = {},
    change = () => undefined,
    answer,
    ...files
  }: Omit<FileProjectOptions, 'change'> & {
    webhook?: object;
    change?: (document: ProjectDocument) => void;
    answer?: Parameters<typeof startReceivingServer>[0];
  } = {},
) {
  const { table } = engines;
  const server = await startReceivingServer(answer);
  onTestFinished(server.stop);
  const filed = await fileProject(engines, {
    ...files,
    change: (document) => {
      const slack = document.macros.find(({ key }) => key === 'tell-slack');
      if (slack === undefined) throw new Error('the example has changed');
      const plain = { kind: 'webhook', method: 'POST', url: `${server.origin}/hook`, contentType: 'json' };
      slack.actions = [
        WebhookAction.parse({ ...plain, body: '{ "text": "((Summary)) ((submitter.email))" }', ...webhook }),
      ];
      document.automations = [
        { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: 'tell-slack' },
      ];
      change(document);
    },
  });
  const { project, clock } = filed;
  const queue = await ownQueue(engines);
  const work = macroWorker(engines, queue, project, clock);
  const api = admin({ ...engines, macroQueue: queue }, `${project}/erasing`, clock);
  const { deliver, deliveries, close } = sender(engines, project, clock);
  onTestFinished(close);
  const { fire } = listening(engines, filed, clock);
  const path = `/projects/${project}`;
  const call = api.asAdministrator;

  return {
    ...filed,
    ...{ server, queue, work, api, path, deliver, deliveries, fire },
    /** Calls the admin API below the project. */
    ask: async (method: string, of: string, body?: unknown) =>
      await call(method, `${path}${of}`, body === undefined ? {} : { body }),
    /** The delivery that was made last. */
    lastDelivery: async () => {
      const [first] = Listed.parse((await call('GET', `${path}/deliveries?limit=1`)).json).items;
      if (first === undefined) throw new Error('there is no delivery');
      return first.id;
    },
    /** Works off what runs have sent to the queue, whatever its delay, and returns what the run then is. */
    async workOff(run: unknown) {
      const { id } = Begun.parse(run);
      await work({ kind: 'count-run', project, run: id });
      const { pages = 0 } = (await findRun(table, { project, id })) ?? {};
      for (let page = 1; page <= pages; page += 1) await work({ kind: 'run-page', project, run: id, page });
      return Begun.parse((await call('GET', `${path}/runs/${id}`)).json);
    },
    /** Everything that lies in the table, read as no function may. */
    async readTable(): Promise<Record<string, unknown>[]> {
      const items: Record<string, unknown>[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const answered = await table.client.send(
          new ScanCommand({
            TableName: table.name,
            ConsistentRead: true,
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        );
        items.push(...(answered.Items ?? []));
        start = answered.LastEvaluatedKey;
      } while (start !== undefined);
      return items;
    },
  };
}

import { onTestFinished } from 'vitest';
import { readDue } from '../adapters/dynamodb/due.ts';
import { Automation } from '../core/document/schema-automations.ts';
import { ExternalListener } from '../core/document/schema-listeners.ts';
import { Macro } from '../core/document/schema-macros.ts';
import { admin } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { listening } from './listener.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';
import { startReceivingServer } from './receiving-server.ts';
import { macroWorker } from './run-project.ts';
import { fixedClock } from './seeded.ts';
import { sender } from './send.ts';

/** What an automation asks for that follows from a new key in the tracker. */
export const onKey = { trigger: 'modify', filter: { field: 'jira.key', op: 'changed' } };
/** As {@link onKey}, for one key alone. */
export const onThisKey = (key: string) => ({
  trigger: 'modify',
  filter: { all: [onKey.filter, { field: 'jira.key', op: 'equals', value: key }] },
});

const comment = { kind: 'comment', text: 'In Jira as ((Jira ID))' };
const note = { key: 'note', name: 'Note', target: 'feedback', actions: [comment] };
const tracked = { key: 'tracked', name: 'Track', target: 'feedback', type: 'macro', macro: 'track', apiKey: 'jira' };

/** What is particular about a tracked project: how many issues its macro makes, its macros, and who else starts it. */
type Tracked = { issues?: number; macros?: object[]; automations: object[]; onSubmit?: readonly string[] };

/** A project in which each new issue is sent to a tracker that answers with a new key each time. */
export async function trackedProject(
  engines: TestEngines,
  { issues = 1, macros = [], automations, onSubmit = ['track'] }: Tracked,
) {
  const server = await startReceivingServer((response, place) => {
    response
      .writeHead(201, { 'content-type': 'application/json' })
      .end(JSON.stringify({ key: `APO-${place}`, id: place }));
  });
  onTestFinished(server.stop);
  await seedKeys(engines.table);
  const send = { kind: 'webhook', method: 'POST', url: `${server.origin}/issue`, capture: 'jira' };
  const seeded = await seedProject(engines.table, (document) => {
    const tracking = { key: 'track', name: 'Track', target: 'feedback', actions: Array(issues).fill(send) };
    const relay = { key: 'relay', name: 'Relay', target: 'feedback', actions: [send] };
    document.macros.push(...[tracking, relay, note, ...macros].map((macro) => Macro.parse(macro)));
    const submit = onSubmit.map((macro) => ({ key: `submit-${macro}`, trigger: 'submit', macro }));
    document.automations = [...submit, ...automations].map((automation) => Automation.parse(automation));
    document.externalListeners.push(ExternalListener.parse(tracked));
  });
  const { project } = seeded;
  const clock = fixedClock();
  const received = receiver(engines, seeded, clock);
  const { deliver, deliveries, close } = sender(engines, project, clock);
  onTestFinished(close);
  const work = macroWorker(engines, engines.macroQueue, project, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);
  const path = `/projects/${project}`;
  const items = async (of: string) => Object((await asAdministrator('GET', `${path}${of}`)).json).items;
  const pending = async () => (await deliveries()).filter(({ outcome }) => outcome === 'pending').map(({ id }) => id);
  return {
    ...{ ...seeded, clock, deliver, deliveries, pending, ...listening(engines, seeded, clock) },
    /** Sends a report; returns the first of the deliveries that it set off. */
    report: async () => {
      await received.send({ summary: 'It broke', submitter: 'jim@example.com' });
      const [delivery] = await deliveries();
      return delivery?.id ?? '';
    },
    /** Sends whatever is pending, one after the other; returns what was sent. */
    deliverAll: async () => {
      const ids = (await pending()).toReversed();
      for (const id of ids) await deliver(id);
      return ids;
    },
    follow: async (delivery: string) => await work({ kind: 'follow-capture', delivery }),
    replay: async (delivery: string): Promise<string> =>
      Object((await asAdministrator('POST', `${path}/deliveries/${delivery}/replay`)).json).id,
    history: async () => await items('/tickets/BUG-0001/history?order=asc'),
    comments: async () => await items('/tickets/BUG-0001/comments'),
    score: async () => Object((await asAdministrator('GET', `${path}/members/jim@example.com`)).json).score,
    /** Deliveries of this project whose values the tick would have followed now. */
    due: async () => {
      const found: string[] = [];
      for (const shard of [0, 1, 2, 3]) {
        const pages = readDue(engines.table, shard, { now: clock.now(), pageSize: 100 });
        for await (const { followUps } of pages) found.push(...followUps);
      }
      const own = new Set((await deliveries()).map(({ id }) => id));
      return found.filter((id) => own.has(id));
    },
  };
}

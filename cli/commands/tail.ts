import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { printable } from '../columns.ts';
import type { Client } from '../server/client.ts';
import { projectPath, type Session } from '../session.ts';
import type { Style } from '../terminal.ts';
import { Activity } from './activity.ts';
import { type AddCommand, collect, projectOption } from './options.ts';
import { gather, listEntries } from './pages.ts';

/** Between two looks, in milliseconds. */
const lookEveryMs = 700;
/** What is written late, or by a clock that is behind, is looked for so far back, in milliseconds. */
const overlapMs = 60_000;
/** Entries of one look at most. */
const entriesALook = 1_000;
/** The newest deliveries that are watched until they are settled. */
const watchedDeliveries = 200;

const Delivery = z.looseObject({
  id: z.string(),
  macro: z.string(),
  action: z.string(),
  target: z.looseObject({ ticket: z.string().optional(), member: z.string().optional() }),
  outcome: z.string(),
  createdAt: z.string(),
});

/** One line: what happened, and when; `name` tells it from every other. */
type Line = { name: string; at: string; outcome: string; text: string; json: Readonly<Record<string, unknown>> };

export const addTail: AddCommand = (program, { begin }) => {
  program
    .command('tail')
    .description(
      'Follows what crosses in a project: reports and calls as they are accepted or refused, webhooks as they are delivered or fail.',
    )
    .addOption(projectOption())
    .option('--outcome <outcome>', 'only what came to this, such as refused; may be repeated', collect)
    .addHelpText(
      'after',
      `
Ctrl-C ends it. With --json, each line is an object, with what the API says of it.

Examples:
  $ feedbridge tail
  $ feedbridge tail --outcome refused --outcome failed --json | jq -r .reason`,
    )
    .action(async ({ outcome }, command) => await tail(begin(command), outcome));
};

async function tail(session: Session, outcomes: readonly string[] | undefined): Promise<void> {
  const { client, terminal } = session;
  const project = await session.project();
  const seen = new Set<string>();
  // What there is already is no news.
  for (const { name } of await look(client, project)) seen.add(name);
  terminal.say(`Following ${project} at ${client.origin}; Ctrl-C ends it.`);
  try {
    while (true) {
      await wait(lookEveryMs, undefined, { signal: terminal.interrupted });
      for (const line of await look(client, project)) {
        if (seen.has(line.name)) continue;
        seen.add(line.name);
        if (outcomes !== undefined && !outcomes.includes(line.outcome)) continue;
        terminal.emit(line.json);
        terminal.print(describe(line, terminal.paint));
      }
    }
  } catch (error) {
    // To end it is how it ends.
    if (!terminal.interrupted.aborted) throw error;
  }
}

/** What crossed lately and what was delivered, in the order in which it happened. */
async function look(client: Client, project: string): Promise<Line[]> {
  const lines = await Promise.all([lookAtActivity(client, project), lookAtDeliveries(client, project)]);
  return lines.flat().sort((one, other) => (one.at < other.at ? -1 : 1));
}

async function lookAtActivity(client: Client, project: string): Promise<Line[]> {
  const since = new Date(Date.now() - overlapMs).toISOString();
  const call = { path: projectPath(project, 'activity'), query: { since } };
  const entries = await gather(listEntries(client, Activity, call, entriesALook));
  return entries.map((entry) => {
    const { at, outcome, status, method, route, ticket, member, reason, apiKey } = entry;
    const about = [ticket ?? member, reason, apiKey === undefined ? undefined : `(${apiKey})`];
    const text = [status, method, route, ...about.filter((part) => part !== undefined)].join(' ');
    return { name: `${entry.requestId} ${outcome} ${status}`, at, outcome, text, json: { kind: 'call', ...entry } };
  });
}

async function lookAtDeliveries(client: Client, project: string): Promise<Line[]> {
  const call = { path: projectPath(project, 'deliveries') };
  const deliveries = await gather(listEntries(client, Delivery, call, watchedDeliveries));
  return deliveries.flatMap((delivery) => {
    const { id, macro, action, target, outcome } = delivery;
    if (outcome === 'pending') return [];
    const text = [`${macro}/${action}`, target.ticket ?? target.member ?? '', id].join(' ');
    // When it was settled is not listed: it is told as it is seen.
    const at = new Date().toISOString();
    return [{ name: `${id} ${outcome}`, at, outcome, text, json: { kind: 'delivery', ...delivery } }];
  });
}

const styles: Readonly<Record<string, Style>> = {
  accepted: 'green',
  delivered: 'green',
  executed: 'green',
  refused: 'red',
  failed: 'red',
  cancelled: 'yellow',
};

function describe({ at, outcome, text }: Line, paint: (style: Style, text: string) => string): string {
  const style = styles[outcome] ?? 'cyan';
  return printable(`${at.slice(11, 23)} `) + paint(style, printable(outcome).padEnd(9)) + printable(` ${text}`);
}

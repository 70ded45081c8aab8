import { setTimeout as wait } from 'node:timers/promises';
import { printable } from '../columns.ts';
import { Failure } from '../failure.ts';
import type { Client } from '../server/client.ts';
import { projectPath, type Session } from '../session.ts';
import type { Style } from '../terminal.ts';
import { Activity } from './activity.ts';
import { type Delivery, followDeliveries } from './follow-deliveries.ts';
import { type AddCommand, collect, projectOption } from './options.ts';
import { gather, listEntries } from './pages.ts';

/** Between two looks, in milliseconds. */
const lookEveryMs = 700;
/** What is written late, or by a clock that is behind, is looked for so far back, in milliseconds. */
const overlapMs = 60_000;
/** Entries of one look at most. */
const entriesALook = 1_000;
/** After a look that failed the next one waits longer and longer, up to so many milliseconds. */
const longestPauseMs = 10_000;

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
  const look = openLook(client, project);
  const seen = new Set<string>();
  // What there is already is no news; a server that is not there now is no server to follow.
  const { lines, failures } = await look();
  if (failures[0] !== undefined) throw failures[0];
  for (const { name } of lines) seen.add(name);
  terminal.say(`Following ${project} at ${client.origin}; Ctrl-C ends it.`);
  let pauseMs = lookEveryMs;
  try {
    while (true) {
      await wait(pauseMs, undefined, { signal: terminal.interrupted });
      const { lines, failures } = await look();
      for (const line of lines) {
        if (seen.has(line.name)) continue;
        seen.add(line.name);
        if (outcomes !== undefined && !outcomes.includes(line.outcome)) continue;
        terminal.emit(line.json);
        terminal.print(describe(line, terminal.paint));
      }
      const lasting = failures.find((failure) => !isPassing(failure));
      if (lasting !== undefined) throw lasting;
      if (failures[0] instanceof Failure && pauseMs === lookEveryMs) terminal.say(`${failures[0].message} Going on …`);
      pauseMs = failures.length === 0 ? lookEveryMs : Math.min(pauseMs * 2, longestPauseMs);
    }
  } catch (error) {
    // To end it is how it ends.
    if (!terminal.interrupted.aborted) throw error;
  }
}

/** Whether a failure may be over at the next look: the server is not reached, has too much to do, or is in trouble itself. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  const status = Number(error.json.status);
  return error.kind === 'unreachable' || status === 429 || status >= 500;
}

/** What a look found, in the order in which it happened, and what kept it from finding everything. */
type Look = { lines: Line[]; failures: unknown[] };

/** Looks at what crossed since the last look that saw it, and at what was delivered. */
function openLook(client: Client, project: string): () => Promise<Look> {
  const deliveries = followDeliveries(client, project);
  let seenUntil = Date.now();
  async function lookAtActivity(): Promise<Line[]> {
    const begunAt = Date.now();
    const since = new Date(seenUntil - overlapMs).toISOString();
    const call = { path: projectPath(project, 'activity'), query: { since } };
    const entries = await gather(listEntries(client, Activity, call, entriesALook));
    seenUntil = begunAt;
    return entries.map(lineOfCall);
  }
  return async () => {
    const looks = await Promise.allSettled([
      lookAtActivity(),
      deliveries().then((settled) => settled.map(lineOfDelivery)),
    ]);
    const lines = looks.flatMap((look) => (look.status === 'fulfilled' ? look.value : []));
    return {
      lines: lines.sort((one, other) => (one.at < other.at ? -1 : 1)),
      failures: looks.flatMap((look) => (look.status === 'rejected' ? [look.reason] : [])),
    };
  };
}

function lineOfCall(entry: Activity): Line {
  const { at, outcome, status, method, route, ticket, member, reason, apiKey } = entry;
  const about = [ticket ?? member, reason, apiKey === undefined ? undefined : `(${apiKey})`];
  const text = [status, method, route, ...about.filter((part) => part !== undefined)].join(' ');
  return { name: `${entry.requestId} ${outcome} ${status}`, at, outcome, text, json: { kind: 'call', ...entry } };
}

function lineOfDelivery(delivery: Delivery): Line {
  const { id, macro, action, target, outcome } = delivery;
  const text = [`${macro}/${action}`, target.ticket ?? target.member ?? '', id].join(' ');
  // When it was settled is not listed: it is told as it is seen.
  const at = new Date().toISOString();
  return { name: `${id} ${outcome}`, at, outcome, text, json: { kind: 'delivery', ...delivery } };
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

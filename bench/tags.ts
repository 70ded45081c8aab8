import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ProjectDocument } from '../core/document/schema.ts';
import { scopeOfMacro } from '../core/macros/tag-scopes.ts';
import type { Member } from '../core/member.ts';
import { compileTemplate } from '../core/templates/compile.ts';
import { describeParts } from '../core/templates/parts.ts';
import { renderTemplate } from '../core/templates/render.ts';
import { readTicketValue, type TicketContext } from '../core/tickets/record-values.ts';
import { againstBar, type Figure, notMeasured } from './figure.ts';
import { compare, interleave, type Subject, subject } from './interleave.ts';
import type { Setting } from './setting.ts';
import { type Peer, peers } from './tag-peers.ts';

const at = '2026-11-21T09:00:00.000Z';
const submitter: Member = { email: 'jim@example.com', name: 'Jim', teams: ['testers'], score: 0, external: {} };

/** Times rendering the Jira body of the example, compiled before, against template engines that do the same. */
export async function measureTags({ quick }: Setting): Promise<Figure[]> {
  const context = exampleContext();
  const render = prepareOurs(context);
  const expected = render();
  const present: { peer: Peer; subject: Subject }[] = [];
  const figures: Figure[] = [];
  const rendersAtOnce = 2_000;
  const ours = subject('tags', () => timeRenders(render, rendersAtOnce));
  for (const peer of peers) {
    const prepared = await peer.prepare(viewOf(context));
    if (prepared === undefined) {
      figures.push(notMeasured(`tags, against ${peer.name}`, 'below 1x', `${peer.name} is not installed.`));
      continue;
    }
    if (prepared() !== expected) throw new Error(`${peer.name} renders something else: ${prepared()}`);
    present.push({ peer, subject: subject(peer.name, () => timeRenders(prepared, rendersAtOnce)) });
  }
  const repetition = quick ? { warmUps: 5, rounds: 3, times: 10 } : { warmUps: 20, rounds: 7, times: 50 };
  await interleave([ours, ...present.map((one) => one.subject)], repetition);
  for (const one of present) {
    const { ratio, lowest, highest, ms, otherMs } = compare(ours, one.subject);
    const us = (batchMs: number) => `${((batchMs * 1_000) / rendersAtOnce).toFixed(2)} µs`;
    const figure = `${ratio.toFixed(2)}x (${lowest.toFixed(2)} to ${highest.toFixed(2)}); ${us(ms)} against ${us(otherMs)}`;
    const how =
      'One rendering of the Jira body of examples/apollo.yaml, compiled before, all to the same text; p50 of ' +
      `${repetition.times} batches of ${rendersAtOnce} in each of ${repetition.rounds} rounds.`;
    figures.push(
      againstBar({ subject: `tags, against ${one.peer.name}`, value: ratio, figure, how }, { below: 1, unit: 'x' }),
    );
  }
  return figures;
}

function timeRenders(render: () => string, count: number): number {
  let length = 0;
  const startedAt = performance.now();
  for (let time = 0; time < count; time += 1) length += render().length;
  const ms = performance.now() - startedAt;
  // Read afterwards, so that no rendering can be left out for nobody needs it.
  if (length === 0) throw new Error('nothing was rendered');
  return ms;
}

function prepareOurs(context: TicketContext): () => string {
  const document = ProjectDocument.parse(parse(readFileSync('examples/apollo.yaml', 'utf8')));
  const macro = document.macros.find(({ key }) => key === 'send-to-jira');
  const [action] = macro?.actions ?? [];
  if (macro === undefined || action?.kind !== 'webhook' || typeof action.body !== 'string') {
    throw new Error('examples/apollo.yaml has no body for Jira any more');
  }
  const compiled = compileTemplate(action.body, 'json', scopeOfMacro(document, macro));
  if (compiled.outcome === 'refused') throw new Error(JSON.stringify(compiled.problems));
  return () => {
    const rendered = renderTemplate(compiled.template, (path) => readTicketValue(context, path));
    if (rendered.outcome === 'failed') throw new Error(rendered.reason);
    return describeParts(rendered.parts);
  };
}

/** What the peers are given: the same values, as the nested object that they are made for. */
function viewOf({ ticket }: TicketContext) {
  return { ticket: { id: ticket.id }, field: ticket.fields };
}

function exampleContext(): TicketContext {
  return {
    ticket: {
      id: 'BUG-0042',
      project: 'apollo',
      feedbackType: 'issues',
      version: 1,
      state: { team: 'beta-support', workflow: 'default', status: 'New' },
      submitter: submitter.email,
      fields: {
        summary: 'The "map" closes itself when I rotate the phone',
        description: 'Every time, since the last update:\n\t1. open C:\\maps\n\t2. rotate\n'.repeat(8),
        severity: 'High',
      },
      external: {},
      origin: { kind: 'source', key: 'appcrashlog' },
      createdAt: at,
      updatedAt: at,
    },
    submitter,
    project: { key: 'apollo', name: 'Apollo Beta' },
    variables: {},
    ticketUrl: 'https://feedbridge.example.com/projects/apollo/tickets/BUG-0042',
    now: at,
  };
}

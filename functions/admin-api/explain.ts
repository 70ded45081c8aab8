import {
  explainAutomation,
  explainReference,
  nameRecord,
  type Reason,
} from '../../core/automations/explain-automation.ts';
import { countJson } from '../../core/deliveries/byte-budget.ts';
import type { Automation, ProjectDocument } from '../../core/document/schema.ts';
import type { Where } from '../../core/document/schema-filters.ts';
import type { RunTarget } from '../../core/runs/result.ts';
import type { RecordContext } from '../../core/tickets/record-values.ts';
import { type HttpReply, notFound, refuseParameters } from '../kit/http.ts';
import { type LoadedRecord, loadRecord } from '../kit/load-record.ts';
import { type Input, readQuery } from '../kit/read-input.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { ExplainQuery, type Explanation } from './explain-schemas.ts';
import { readWhere } from './read-where.ts';

/** Automations that one answer explains, and its size in bytes: Lambda answers 6 MB at most. */
const maxAutomations = 200;
const maxBytes = 4 * 1024 * 1024;

/** Says why a ticket matches a filter, a listener or automations, or does not. */
export const explainTicket: Handle<ProjectCall> = async (dependencies, call) =>
  await explainRecord(dependencies, call, { ticket: pathParameter(call, 'ticket') });

/** Says why a member matches a filter, a listener or automations, or does not. */
export const explainMember: Handle<ProjectCall> = async (dependencies, call) =>
  await explainRecord(dependencies, call, { member: pathParameter(call, 'email') });

async function explainRecord(
  dependencies: AdminDependencies,
  call: ProjectCall,
  target: RunTarget,
): Promise<HttpReply> {
  const configuration = await dependencies.readConfiguration(call.project);
  if (configuration === undefined) return notFound();
  const record = await loadRecord(dependencies, configuration, target, { withFiles: true });
  if (record === undefined) return notFound();
  const query = readQuery(call.request, ExplainQuery);
  if (query.outcome === 'refused') return query.reply;
  const { document } = configuration;
  const asked = findAsked(document, record.context, query.input);
  if (asked.outcome === 'refused') return asked.reply;
  const json: Explanation =
    'automations' in asked.input
      ? explainAutomations(document, asked.input.automations, record)
      : explainOne(document, asked.input, record.context);
  return { status: 200, json };
}

/** Automations, or one filter: its key or its conditions, and the feedback type that it is only for. */
type Asked =
  | { automations: readonly Automation[] }
  | { filter: string | Where | undefined; listener?: { key: string; feedbackType?: string | undefined } };

function findAsked(
  document: ProjectDocument,
  context: RecordContext,
  asked: { [Name in 'filter' | 'automation' | 'listener' | 'where']?: string | undefined },
): Input<Asked> {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    const message = 'Only one of filter, automation, listener and where is explained at a time.';
    const errors = given.slice(1).map(([parameter]) => ({ parameter, code: 'not_allowed' as const, message }));
    return { outcome: 'refused', reply: refuseParameters(errors) };
  }
  const { filter, automation, listener, where } = asked;
  const kind = nameRecord(context);
  if (filter !== undefined) {
    const fitting = document.filters.filter(({ target }) => target === kind);
    return choose('filter', `filter over ${kind}s`, fitting, filter, ({ key }) => ({ filter: key }));
  }
  if (listener !== undefined) {
    const fitting = document.externalListeners.filter(({ target }) => (target === 'member') === (kind === 'member'));
    return choose('listener', `listener for ${kind}s`, fitting, listener, (one) => ({
      filter: one.filter,
      listener: one,
    }));
  }
  if (automation !== undefined) {
    return choose('automation', 'automation', document.automations, automation, (one) => ({ automations: [one] }));
  }
  if (where === undefined) return { outcome: 'read', input: { automations: document.automations } };
  const feedbackType = 'ticket' in context ? context.ticket.feedbackType : undefined;
  const conditions = readWhere(document, { target: kind, feedbackType, allowsChanged: true }, where);
  return conditions.outcome === 'refused' ? conditions : { outcome: 'read', input: { filter: conditions.input } };
}

function choose<Item extends { key: string }>(
  parameter: string,
  what: string,
  items: readonly Item[],
  key: string,
  ask: (item: Item) => Asked,
): Input<Asked> {
  const found = items.find((item) => item.key === key);
  if (found !== undefined) return { outcome: 'read', input: ask(found) };
  const message = `There is no such ${what}.`;
  const allowed = items.map((item) => item.key);
  return {
    outcome: 'refused',
    reply: refuseParameters([{ parameter, code: 'invalid_choice', message, allowed }]),
  };
}

function explainOne(
  document: ProjectDocument,
  { filter, listener }: Extract<Asked, { filter: unknown }>,
  context: RecordContext,
): Explanation {
  const type = 'ticket' in context ? context.ticket.feedbackType : undefined;
  if (listener?.feedbackType !== undefined && listener.feedbackType !== type) {
    const says = `Listener "${listener.key}" is for tickets of type "${listener.feedbackType}", and this one is of type "${type}"`;
    return { matches: false, says };
  }
  const { passes: matches, says, filter: conditions } = explainReference(document, filter, context);
  if (conditions === undefined || countJson(conditions) > maxBytes) return { matches, says };
  return { matches, says, conditions };
}

function explainAutomations(
  document: ProjectDocument,
  automations: readonly Automation[],
  { context, ranOnce }: LoadedRecord,
): Explanation {
  const explained: NonNullable<Explanation['automations']> = [];
  let room = maxBytes;
  for (const automation of automations.slice(0, maxAutomations)) {
    const next = explainAutomation(document, automation, context, { hasRun: ranOnce.has(automation.key) });
    const bytes = countJson(next);
    if (bytes > room && explained.length > 0) break;
    explained.push(bytes > room ? { ...next, reasons: next.reasons.map(leaveConditionsOut) } : next);
    room -= bytes;
  }
  const more = automations.length - explained.length;
  return { automations: explained, ...(more === 0 ? {} : { more }) };
}

function leaveConditionsOut({ filter: _, ...reason }: Reason): Reason {
  return reason;
}

import { decideMacro } from '../consequence.ts';
import type { ExternalListener, Macro, ProjectDocument } from '../document/schema.ts';
import { decideCapture } from '../external-data/decide-capture.ts';
import type { Uncaptured } from '../external-data/read-values.ts';
import { followChange } from '../macros/begin-chain.ts';
import type { ChainInput, Consequence } from '../macros/chain.ts';
import { followComment } from '../macros/follow-comment.ts';
import { passesFilter } from '../macros/passes-filter.ts';
import type { ActionResult } from '../records/action-result.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import type { CallContent } from './read-call.ts';

/** What became of one thing that a call wanted done. */
export type CallAction = Omit<ActionResult, 'kind' | 'action'> & {
  kind: ActionResult['kind'] | 'data';
  action?: string;
  /** External data that could not be kept. */
  uncaptured?: Uncaptured[];
};

/** What a call comes to on the record that it found. */
export type AppliedCall =
  | { outcome: 'filtered' }
  | { outcome: 'executed'; consequence: Consequence; actions: CallAction[] };

/** Decides what a call comes to, and what follows from it; automations may exclude what came through the listener. */
export function applyCall(
  listener: ExternalListener,
  content: CallContent,
  input: Omit<ChainInput, 'listener'>,
): AppliedCall {
  const { document, context } = input;
  const macro = findMacro(document, listener);
  const isOther =
    macro?.feedbackType !== undefined && 'ticket' in context && macro.feedbackType !== context.ticket.feedbackType;
  if (isOther || !passesFilter(document, listener.filter, context)) return { outcome: 'filtered' };
  const chain: ChainInput = { ...input, listener: listener.key };
  switch (content.type) {
    case 'macro':
      return runMacro(macro, listener, chain);
    case 'comment':
      return addComment(listener, content.text, chain);
    case 'data':
      return storeData(listener, content, chain);
  }
}

function findMacro({ macros }: ProjectDocument, listener: ExternalListener): Macro | undefined {
  return listener.type === 'macro' ? macros.find(({ key }) => key === listener.macro) : undefined;
}

function runMacro(macro: Macro | undefined, listener: ExternalListener, input: ChainInput): AppliedCall {
  if (macro === undefined) throw new Error(`listener ${listener.key} has no macro`);
  const cause = { kind: 'listener' as const, key: listener.key };
  const consequence = decideMacro(input, { macro, cause, changeCause: cause });
  return { outcome: 'executed', consequence, actions: consequence.ran[0]?.actions ?? [] };
}

function addComment(listener: ExternalListener, text: string, input: ChainInput): AppliedCall {
  const by = { kind: 'listener' as const, key: listener.key };
  const visibility = listener.type === 'comment' ? listener.visibility : 'internal';
  const { consequence } = followComment(input, { text, visibility, by, cause: by });
  return { outcome: 'executed', consequence, actions: [{ kind: 'comment', outcome: 'applied' }] };
}

function storeData(
  listener: ExternalListener,
  { capture, captured, uncaptured }: Extract<CallContent, { type: 'data' }>,
  input: ChainInput,
): AppliedCall {
  const { context } = input;
  const record = 'ticket' in context ? context.ticket : context.member;
  const bytes = Buffer.byteLength(JSON.stringify(record));
  const { values, changes, lookups, left } = decideCapture({ external: record.external, bytes }, capture, captured);
  const held = Object.hasOwn(record.external, capture.group) ? record.external[capture.group] : {};
  const external = { ...record.external, [capture.group]: { ...held, ...values } };
  const consequence = followChange(input, {
    context: changes.length === 0 ? context : withExternal(context, external),
    cause: { kind: 'listener', key: listener.key },
    changes,
    comments: [],
    lookups,
  });
  const unkept = [...uncaptured, ...left];
  const outcome = changes.length === 0 ? 'unchanged' : 'applied';
  const action: CallAction = { kind: 'data', outcome, ...(unkept.length === 0 ? {} : { uncaptured: unkept }) };
  return { outcome: 'executed', consequence, actions: [action] };
}

function withExternal(context: RecordContext, external: RecordContextExternal): RecordContext {
  return 'ticket' in context
    ? { ...context, ticket: { ...context.ticket, external } }
    : { ...context, member: { ...context.member, external } };
}

type RecordContextExternal = Extract<RecordContext, { member: unknown }>['member']['external'];

import { type ByteBudget, byteBudget } from '../deliveries/byte-budget.ts';
import type { Delivery, DeliveryCause } from '../deliveries/delivery.ts';
import type { Macro, ProjectDocument } from '../document/schema.ts';
import type { Change, ChangeCause, FieldChange } from '../records/change.ts';
import type { Comment } from '../records/comment.ts';
import { diffMembers, diffTickets } from '../records/diff-records.ts';
import type { MemberContext, RecordContext } from '../tickets/record-values.ts';
import { type ActionResult, actionKey, applyMacro } from './apply-macro.ts';
import { findTriggered } from './triggered.ts';

/** Macros that follow from one another at most (product.md, "Automations"). */
const maxLinks = 5;
/** Items of one transaction at most: DynamoDB takes 100, and lookups and a remembered call may be added (docs/architecture.md, 1). */
const maxItems = 90;

/** Which of the records that a macro may touch: the one it is about, or the submitter of that ticket. */
type RecordKind = 'ticket' | 'member';

/** What a macro came to within a consequence; `automation` is absent where a person or a caller ran it. */
type RanMacro = { automation?: string; macro: string; actions: ActionResult[] };

/** The whole consequence of something that happened to a record: what is stored together, in one transaction. */
export type Consequence = {
  /** The records as they are afterwards; their versions are raised once for each link that changed them. */
  context: RecordContext;
  memberVersion: number;
  deliveries: Delivery[];
  comments: { record: RecordKind; comment: Comment }[];
  changes: { record: RecordKind; change: Change }[];
  ran: RanMacro[];
};

/** A macro whose turn comes: why, and which macros led to it. */
export type Link = {
  macro: Macro;
  automation?: string;
  cause: DeliveryCause;
  /** What history says made the change. */
  changeCause: Omit<ChangeCause, 'chain'>;
  chain: readonly string[];
  /** The change that set it off; where the link is not followed, that is said there. */
  setOffBy?: Change;
};

/** What a chain is decided from; `listener` names the one through which it began. */
export type ChainInput = {
  document: ProjectDocument;
  newId: () => string;
  context: RecordContext;
  /** The stored version of the member, or of the ticket's submitter; 0 where there is none. */
  memberVersion: number;
  listener?: string | undefined;
};

type Chain = {
  input: ChainInput;
  budget: ByteBudget;
  /** Macros that have run, by record and key: none runs twice on one record within a chain. */
  applied: Set<string>;
  consequence: Consequence;
};

/** Follows links breadth first: what one change sets off runs in the document's order, before what follows from that. */
export function followChain(input: ChainInput, first: readonly Link[]): Consequence {
  const { context, memberVersion } = input;
  const consequence = { context, memberVersion, deliveries: [], comments: [], changes: [], ran: [] };
  const chain: Chain = { input, budget: byteBudget(), applied: new Set(), consequence };
  const queue = [...first];
  for (let link = queue.shift(); link !== undefined; link = queue.shift()) {
    const reason = whyStopped(chain, link);
    if (reason === undefined) queue.push(...followLink(chain, link));
    else sayStopped(chain, link, reason);
  }
  return chain.consequence;
}

/** The links that changes of a record set off. */
function linksOf(
  input: Pick<ChainInput, 'document' | 'listener'>,
  context: RecordContext,
  changes: readonly FieldChange[],
): Omit<Link, 'chain'>[] {
  const changedPaths = new Set(changes.map(({ path }) => path));
  const trigger = { kind: 'modify' as const, changedPaths, listener: input.listener };
  return findTriggered(input.document, context, trigger).map(({ automation, macro }) =>
    automationLink(automation.key, macro),
  );
}

/** A link that an automation makes. */
export function automationLink(automation: string, macro: Macro): Omit<Link, 'chain'> {
  const cause = { kind: 'automation' as const, key: automation };
  return { macro, automation, cause, changeCause: cause };
}

function whyStopped({ applied, consequence }: Chain, { macro, chain }: Link): string | undefined {
  if (applied.has(identify(macro))) return `its macro "${macro.key}" has run already in this chain`;
  if (chain.length >= maxLinks) return `at most ${maxLinks} macros follow from one another`;
  const { deliveries, comments, changes } = consequence;
  // Each action may bring one item, and each of the two records an entry of its history.
  const items = 2 + deliveries.length + comments.length + changes.length + macro.actions.length + 2;
  return items > maxItems ? 'the change would have more parts than can be stored at once' : undefined;
}

function sayStopped({ consequence }: Chain, link: Link, reason: string): void {
  if (link.setOffBy !== undefined) {
    link.setOffBy.stopped = [...(link.setOffBy.stopped ?? []), { automation: link.automation ?? '', reason }];
    return;
  }
  const actions = link.macro.actions.map((action, place) => {
    return { kind: action.kind, action: actionKey(action, place), outcome: 'skipped' as const, reason };
  });
  consequence.ran.push({ ...nameAutomation(link), macro: link.macro.key, actions });
}

/** Runs one link, and returns those that its changes set off. */
function followLink(chain: Chain, link: Link): Link[] {
  const { input, consequence } = chain;
  const { macro, cause } = link;
  const before = consequence.context;
  chain.applied.add(identify(macro));
  const applied = applyMacro({
    document: input.document,
    macro,
    context: contextFor(macro, before),
    cause,
    budget: chain.budget,
    newId: input.newId,
  });
  consequence.context = merge(before, applied.context);
  consequence.deliveries.push(...applied.deliveries);
  const target = targetOf(macro);
  consequence.comments.push(...applied.comments.map((comment) => ({ record: target, comment })));
  consequence.ran.push({ ...nameAutomation(link), macro: macro.key, actions: applied.actions });
  return (['ticket', 'member'] as const).flatMap((record) => {
    const comments = record === target ? applied.comments.map(({ id }) => ({ path: 'comment', to: id })) : [];
    const changes = [...diff(record, before, consequence.context), ...comments];
    const problem = record === target ? applied.reason : undefined;
    return changes.length === 0 && problem === undefined ? [] : writeEntry(chain, link, record, changes, problem);
  });
}

/** Writes a link's entry into a record's history, and returns the links that its changes set off. */
function writeEntry(
  { input, consequence }: Chain,
  link: Link,
  record: RecordKind,
  changes: FieldChange[],
  problem: string | undefined,
): Link[] {
  if (changes.length > 0) raiseVersion(consequence, record);
  const { context, memberVersion } = consequence;
  const chain = [...link.chain, link.macro.key];
  const change: Change = {
    id: input.newId(),
    at: context.now,
    version: record === 'ticket' && 'ticket' in context ? context.ticket.version : memberVersion,
    cause: { ...link.changeCause, chain },
    changes,
    ...(problem === undefined ? {} : { problem }),
  };
  consequence.changes.push({ record, change });
  if (changes.length === 0) return [];
  const changed = record === 'member' ? memberContext(context) : context;
  if (changed === undefined) return [];
  return linksOf(input, changed, changes).map((next) => ({ ...next, chain, setOffBy: change }));
}

function raiseVersion(consequence: Consequence, record: RecordKind): void {
  const { context } = consequence;
  if (record === 'member') consequence.memberVersion += 1;
  else if ('ticket' in context) {
    const ticket = { ...context.ticket, version: context.ticket.version + 1, updatedAt: context.now };
    consequence.context = { ...context, ticket };
  }
}

function identify(macro: Macro): string {
  return `${targetOf(macro)}/${macro.key}`;
}

function targetOf(macro: Macro): RecordKind {
  return macro.target === 'feedback' ? 'ticket' : 'member';
}

function nameAutomation({ automation }: Link): { automation?: string } {
  return automation === undefined ? {} : { automation };
}

/** A macro for members that follows from a ticket's macro is applied to the ticket's submitter. */
function contextFor(macro: Macro, context: RecordContext): RecordContext {
  return macro.target === 'member' ? (memberContext(context) ?? context) : context;
}

function memberContext(context: RecordContext): MemberContext | undefined {
  if (!('ticket' in context)) return context;
  const { submitter: member, ticket: _, ticketUrl: __, ...surroundings } = context;
  return member === undefined ? undefined : { ...surroundings, member };
}

function merge(before: RecordContext, after: RecordContext): RecordContext {
  if (!('ticket' in before) || 'ticket' in after) return after;
  return { ...before, submitter: after.member };
}

function diff(record: RecordKind, before: RecordContext, after: RecordContext): FieldChange[] {
  if (record === 'ticket')
    return 'ticket' in before && 'ticket' in after ? diffTickets(before.ticket, after.ticket) : [];
  const [from, to] = [memberContext(before)?.member, memberContext(after)?.member];
  return from === undefined || to === undefined ? [] : diffMembers(from, to);
}

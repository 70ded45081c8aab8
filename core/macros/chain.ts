import { byteBudget, maxChangeBytes } from '../deliveries/byte-budget.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { ProjectDocument } from '../document/schema.ts';
import { type Beginning, decideNotification, mayNotify } from '../notifications/decide-notification.ts';
import type { Notification } from '../notifications/notification.ts';
import type { ActionResult } from '../records/action-result.ts';
import { sayWhy } from '../records/bound-entry.ts';
import type { Change, ChangeCause } from '../records/change.ts';
import type { Comment } from '../records/comment.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import { applyMacro } from './apply-macro.ts';
import { nameAutomation, sayStopped, writeEntry } from './chain-entries.ts';
import { contextFor, diffRecords, identify, mergeRecords, type RecordKind, targetOf } from './chained-records.ts';
import type { Link } from './link.ts';

/** Macros that follow from one another at most (product.md, "Automations"). */
const maxLinks = 5;
/** Items of one transaction at most: DynamoDB takes 100, and lookups and a remembered call may be added (docs/architecture.md, 1). */
const maxItems = 90;
/** Bytes kept free for what a link writes into the history of its two records; an entry has 128 KB at most (bound-entry.ts). */
const entryRoom = 2 * 128 * 1024;

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
  /** The texts by which a record is found that change with it. */
  lookups: { record: RecordKind; added: string[]; removed: string[] }[];
  /** Automations that run once for each ticket and have run now. */
  once: string[];
  /** The team that is to be told of it, where one is. */
  notifications: Notification[];
  ran: RanMacro[];
};

/** What a chain is decided from; `listener` names the one through which it began. */
export type ChainInput = {
  document: ProjectDocument;
  newId: () => string;
  context: RecordContext;
  /** The stored version of the member, or of the ticket's submitter; 0 where there is none. */
  memberVersion: number;
  listener?: string | undefined;
  /** Automations with `limit: oncePerTicket` that have run for this ticket before. */
  ranOnce?: ReadonlySet<string> | undefined;
  /** Set where the macro tells how an endpoint is doing: what followed could fail there, and be told of, without end. */
  setsOffNothing?: true;
};

/** A chain on its way. */
export type Chain = {
  input: ChainInput;
  /** Bytes that can still be stored with the change. */
  room: number;
  /** Macros that have run, by record and key: none runs twice on one record within a chain. */
  applied: Set<string>;
  consequence: Consequence;
  /** The history's entry of automations that were not followed although nothing but the ticket itself set them off. */
  stoppedAtOnce?: Change;
  /** Set where the chain goes on over captured values: its id, and what had run in it before. */
  goesOn?: { id: string; applied: ReadonlySet<string> };
  /** What that entry says of where it came from; absent where that is the record itself, or the link. */
  origin?: ChangeCause;
};

/** A chain of which nothing is done yet. */
export function beginChain(input: ChainInput): Chain {
  const { context, memberVersion } = input;
  const consequence: Consequence = {
    context,
    memberVersion,
    deliveries: [],
    comments: [],
    changes: [],
    lookups: [],
    once: [],
    notifications: [],
    ran: [],
  };
  return { input, room: maxChangeBytes, applied: new Set(), consequence };
}

/** Follows links breadth first: what one change sets off runs in the document's order, before what follows from that. */
export function followAll(chain: Chain, first: readonly Link[], beginning: Beginning): Consequence {
  const queue = [...first];
  for (let link = queue.shift(); link !== undefined; link = queue.shift()) {
    if (hasRunBefore(chain, link)) continue;
    const reason = whyStopped(chain, link);
    if (reason === undefined) queue.push(...followLink(chain, link));
    else sayStopped(chain, link, reason);
  }
  nameChain(chain);
  const { input, consequence } = chain;
  const { context: after, changes } = consequence;
  const notification = decideNotification(input, beginning, { before: input.context, after, changes });
  if (notification !== undefined) consequence.notifications.push(notification);
  return consequence;
}

/** Follows none of the links: the history says why, as of those that could not have been followed anyway. */
export function stopAll(chain: Chain, links: readonly Link[], reason: string): Consequence {
  for (const link of links) {
    if (!hasRunBefore(chain, link)) sayStopped(chain, link, whyStopped(chain, link) ?? reason);
  }
  return chain.consequence;
}

/** Says with each delivery whose captured values will be followed which chain goes on then, and all that has run in it. */
function nameChain({ goesOn, applied, consequence }: Chain): void {
  const { deliveries } = consequence;
  const id = goesOn?.id ?? deliveries.find(({ follow }) => follow !== undefined)?.id;
  if (id === undefined) return;
  consequence.deliveries = deliveries.map((delivery) => {
    const { follow } = delivery;
    return follow === undefined ? delivery : { ...delivery, follow: { ...follow, id, applied: [...applied] } };
  });
}

/** Once for each ticket ever is a limit that its author set: nothing is said of it in the history. */
function hasRunBefore({ input, consequence }: Chain, { isOnce, automation = '' }: Link): boolean {
  return isOnce === true && (input.ranOnce?.has(automation) === true || consequence.once.includes(automation));
}

function whyStopped({ input, applied, consequence, room, goesOn }: Chain, { macro, chain }: Link): string | undefined {
  if (applied.has(identify(macro))) return `its macro "${macro.key}" has run already in this chain`;
  if (chain.length >= maxLinks) return `at most ${maxLinks} macros follow from one another`;
  const { deliveries, comments, changes, once } = consequence;
  const lookups = consequence.lookups.reduce((sum, { added, removed }) => sum + added.length + removed.length, 0);
  const told = mayNotify(input.document) ? 1 : 0;
  const soFar = 2 + told + deliveries.length + comments.length + changes.length + lookups + once.length;
  // A chain that goes on ends what was to be followed, and marks each macro that it runs, this one included.
  const marked = goesOn === undefined ? 0 : 1 + applied.size - goesOn.applied.size + 1;
  // Each action may bring one item, each of the two records an entry of its history, what is stopped one more, and a mark.
  const items = soFar + marked + macro.actions.length + 4;
  return items > maxItems || room < entryRoom
    ? 'the change would have more parts than can be stored at once'
    : undefined;
}

/** Runs one link, and returns those that its changes set off. */
function followLink(chain: Chain, link: Link): Link[] {
  const { input, consequence } = chain;
  const { macro, cause } = link;
  const before = consequence.context;
  chain.applied.add(identify(macro));
  const budget = byteBudget(chain.room - entryRoom);
  const context = contextFor(macro, before);
  const { document, listener, newId } = input;
  const applied = applyMacro({ document, macro, context, cause, chain: link.chain, listener, budget, newId });
  // A macro that gives up leaves the room it took to others.
  if (applied.outcome === 'applied') {
    chain.room = budget.left() + entryRoom;
    if (link.isOnce && link.automation !== undefined) consequence.once.push(link.automation);
  }
  consequence.context = mergeRecords(before, applied.context);
  consequence.deliveries.push(...applied.deliveries);
  const target = targetOf(macro);
  consequence.comments.push(...applied.comments.map((comment) => ({ record: target, comment })));
  consequence.ran.push({ ...nameAutomation(link), macro: macro.key, actions: applied.actions });
  return (['ticket', 'member'] as const).flatMap((record) => {
    const comments = record === target ? applied.comments.map(({ id }) => ({ path: 'comment', to: id })) : [];
    const changed = sayWhy(diffRecords(record, before, consequence.context), applied.actions);
    const changes = [...changed, ...comments];
    const problem = record === target ? applied.reason : undefined;
    if (changes.length === 0 && problem === undefined) return [];
    const maker = { chain: [...link.chain, macro.key], changeCause: link.changeCause };
    return writeEntry(chain, maker, record, { changes, problem, actions: applied.actions });
  });
}

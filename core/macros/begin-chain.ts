import { countJson } from '../deliveries/byte-budget.ts';
import type { Beginning } from '../notifications/decide-notification.ts';
import type { ChangeCause, FieldChange } from '../records/change.ts';
import type { Comment } from '../records/comment.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import { beginChain, type Chain, type ChainInput, type Consequence, followAll, stopAll } from './chain.ts';
import { writeEntry } from './chain-entries.ts';
import { type Link, linksOf } from './link.ts';

/** Follows links that nothing has led to yet, and what follows from them. */
export function followChain(input: ChainInput, first: readonly Link[], beginning: Beginning): Consequence {
  return followAll(beginChain(input), first, beginning);
}

/** A change that no macro made, and with which a chain begins; `context` is the record after it. */
export type FirstChange = {
  context: RecordContext;
  cause: ChangeCause;
  changes: FieldChange[];
  comments: Comment[];
  lookups: { added: string[]; removed: string[] };
};

/** Follows what a change sets off that is stored together with it; one that changes nothing sets nothing off. */
export function followChange(input: ChainInput, first: FirstChange): Consequence {
  const chain = beginChain(input);
  const { consequence } = chain;
  const record = 'ticket' in input.context ? 'ticket' : 'member';
  consequence.context = first.context;
  consequence.comments.push(...first.comments.map((comment) => ({ record, comment }) as const));
  if (first.lookups.added.length + first.lookups.removed.length > 0) {
    consequence.lookups.push({ record, ...first.lookups });
  }
  if (first.changes.length === 0) return consequence;
  chain.room -= countJson(first.comments) + countJson(first.lookups);
  const links = writeEntry(chain, { chain: [], changeCause: first.cause }, record, first);
  return followAll(chain, links, { kind: 'change', cause: first.cause, isBulk: false });
}

/** What was captured on the record before, in a chain of which is known what has run in it so far. */
export type CapturedChange = {
  cause: ChangeCause;
  paths: readonly string[];
  /** The macros that led to it. */
  chain: readonly string[];
  /** The chain, and all that has run in it, as chains remember macros. */
  goesOn: { id: string; applied: ReadonlySet<string> };
};

/** What captured values set off, and the macros that ran for it, as chains remember them. */
export type FollowedCapture = { consequence: Consequence; applied: string[] };

/** Follows what captured values set off: the chain goes on where the webhook that brought them left it. */
export function followCapture(input: ChainInput, captured: CapturedChange): FollowedCapture {
  const { chain, links } = goOn(input, captured);
  const consequence = followAll(chain, links, { kind: 'change', cause: captured.cause, isBulk: false });
  return { consequence, applied: [...chain.applied].filter((macro) => !captured.goesOn.applied.has(macro)) };
}

/** Follows nothing of what captured values set off: the history says why. */
export function stopCapture(input: ChainInput, captured: CapturedChange, reason: string): FollowedCapture {
  const { chain, links } = goOn(input, captured);
  return { consequence: stopAll(chain, links, reason), applied: [] };
}

function goOn(input: ChainInput, { cause, paths, chain: keys, goesOn }: CapturedChange) {
  const chain: Chain = { ...beginChain(input), origin: cause, goesOn, applied: new Set(goesOn.applied) };
  const changes = paths.map((path) => ({ path }));
  return { chain, links: linksOf(input, input.context, changes).map((link) => ({ ...link, chain: keys })) };
}

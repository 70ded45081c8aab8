import { expect, test } from 'vitest';
import { partitionsOf } from '../../adapters/dynamodb/erasure-targets.ts';
import * as keys from '../../adapters/dynamodb/keys.ts';

/** What an item of a key holds of people: nothing, for a reason; or it lies in a partition that an erasure sees to. */
type Holding = { holdsNobody: string } | { pk: string; target: string };

const p = 'apollo';
const at = '2026-11-21T09:00:00.000Z';
const ticket = keys.ticketKey(p, 'BUG-0001');
const nobody = (holdsNobody: string): Holding => ({ holdsNobody });
const part = (reason: string): Holding => nobody(`no key of an item: ${reason}`);
const list = nobody('an index entry, which changes with its item');
const reached = ({ pk }: { pk: string }, target: string): Holding => ({ pk, target });

/** Every key of the table: whoever adds one says here how a person's erasure comes to it (docs/decisions/0046). */
const holdings: Record<keyof typeof keys, Holding> = {
  apiKeyKey: nobody('API keys are the community\u2019s'),
  keyRateKey: nobody('a count'),
  apiKeyListKey: list,
  deletedKeyKey: nobody('API keys are the community\u2019s'),
  deletedKeyListKey: list,
  projectKey: reached(keys.projectKey(p), 'project'),
  projectListKey: list,
  documentPartKey: reached(keys.documentPartKey(p, '000000001-a', 0), 'project'),
  documentPartPrefix: part('a prefix'),
  documentId: part('an id'),
  documentVersionKey: reached(keys.documentVersionKey(p, 1), 'project'),
  documentVersionPrefix: part('a prefix'),
  auditKey: reached(keys.auditKey(p, at, 'a1'), 'audit'),
  auditPartition: part('a partition'),
  auditListKey: list,
  secretKey: reached(keys.secretKey(p, 'jira'), 'project'),
  secretPrefix: part('a prefix'),
  memberKey: reached(keys.memberKey(p, 'ada@example.com'), 'member/ada@example.com'),
  erasedMemberKey: nobody('the address of whoever is being erased, until that is done'),
  memberListKey: list,
  importKey: reached(keys.importKey(p, 'i1'), 'import/i1'),
  importListKey: list,
  importPartKey: reached(keys.importPartKey(p, 'i1', { number: 1, hash: 'h' }, 0), 'import/i1'),
  counterKey: nobody('a number'),
  ticketKey: reached(ticket, 'ticket/BUG-0001'),
  deletedTicketKey: reached(keys.deletedTicketKey(p, 'BUG-0001'), 'ticket/BUG-0001'),
  ticketListKey: list,
  idempotencyKey: nobody('a ticket\u2019s id and state; whose it is the ticket says'),
  groupKey: nobody('a hash, and a ticket\u2019s id'),
  listenerCallKey: nobody('a ticket\u2019s id and a run\u2019s; no member'),
  activityKey: reached(keys.activityKey({ apiKey: 'mobile' }, at, 'r'), 'activity/mobile/2026-11-21'),
  activityPartition: part('a partition'),
  signatureKey: nobody('a fingerprint'),
  deliveryKey: reached(keys.deliveryKey('d1'), 'delivery/d1'),
  deliveryListKey: list,
  attemptKey: reached(keys.attemptKey('d1', 2), 'delivery/d1'),
  attemptPrefix: part('a prefix'),
  deliveryOfKey: part('read from one'),
  dueKey: list,
  readDueSk: part('read from one'),
  pausedKey: list,
  endpointKey: reached(keys.endpointKey('9f86d081884c7d65'), 'endpoint/9f86d081884c7d65'),
  endpointListKey: list,
  rateKey: nobody('instants'),
  endpointRateKey: nobody('a count, for some minutes'),
  notificationKey: reached(keys.notificationKey('apollo/BUG-0001/n1'), 'ticket/BUG-0001'),
  changeKey: reached(keys.changeKey(ticket, { at, version: 1, id: 'c1' }), 'ticket/BUG-0001'),
  changePrefix: part('a prefix'),
  timetableKey: nobody('instants of automations'),
  automationRunKey: reached(keys.automationRunKey(p, 'escalate', at, 'a1'), 'automation/escalate'),
  commentKey: reached(keys.commentKey(ticket, { at, place: 0, id: 'm1' }), 'ticket/BUG-0001'),
  commentPrefix: part('a prefix'),
  attachmentKey: reached(keys.attachmentKey(p, 'BUG-0001', 'a1'), 'ticket/BUG-0001'),
  attachmentPrefix: part('a prefix'),
  filePlacesKey: reached(keys.filePlacesKey(p, 'BUG-0001'), 'ticket/BUG-0001'),
  storageKey: nobody('numbers'),
  onceKey: reached(keys.onceKey(p, 'BUG-0001', 'escalate'), 'ticket/BUG-0001'),
  chainMarkKey: reached(keys.chainMarkKey(ticket, 'd1', 'ticket/track'), 'ticket/BUG-0001'),
  chainMarkPrefix: part('a prefix'),
  lookupKey: nobody('a hash and a record\u2019s id; those of the member are removed with the member'),
  duePartition: part('a partition'),
  duePrefix: part('a prefix'),
  submissionKey: reached(keys.submissionKey(p, 's1'), 'submission/s1'),
  submissionListKey: list,
  keptCountKey: nobody('a count'),
  inspectedKey: reached(keys.inspectedKey(p, 'sources/web', 0), 'inspected/sources/web'),
  inspectedPrefix: part('a prefix'),
  inspectedCountKey: reached(keys.inspectedCountKey(p, 'sources/web'), 'inspected/sources/web'),
  runKey: reached(keys.runKey(p, 'r1'), 'run/r1'),
  runListKey: list,
  erasureKey: reached(keys.erasureKey(p, 'r1'), 'run/r1'),
  runPageKey: reached(keys.runPageKey(p, 'r1', 1), 'run/r1'),
  runPagePrefix: part('a prefix'),
  runResultKey: reached(keys.runResultKey(p, 'r1', 1, 0), 'run/r1'),
  runResultPrefix: part('a prefix'),
};

test('every key of the table holds nobody, or lies where an erasure comes', () => {
  expect(Object.keys(holdings).toSorted()).toEqual(Object.keys(keys).toSorted());
  for (const [name, holding] of Object.entries(holdings)) {
    if ('target' in holding) expect(partitionsOf(p, holding.target), name).toContain(holding.pk);
  }
});

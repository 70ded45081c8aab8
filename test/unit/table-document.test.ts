import { expect, test } from 'vitest';
import * as keys from '../../adapters/dynamodb/keys.ts';

/** Every access pattern: what is read or written, and the function in keys.ts that spells its key. */
const patterns: readonly [pattern: string, name: keyof typeof keys, key: object | string][] = [
  ['an API key, by prefix', 'apiKeyKey', keys.apiKeyKey('mobile')],
  ['the mark that an API key was deleted', 'deletedKeyKey', keys.deletedKeyKey('mobile')],
  ["the window of an API key's rate", 'keyRateKey', keys.keyRateKey('mobile')],
  [
    "the window of an endpoint's rate, or of that of one caller's network",
    'endpointRateKey',
    keys.endpointRateKey({ project: 'apollo', what: 'source', key: 'web' }, '203.0.113.7'),
  ],
  ['all API keys, by prefix', 'apiKeyListKey', keys.apiKeyListKey('mobile')],
  ['all prefixes of deleted API keys', 'deletedKeyListKey', keys.deletedKeyListKey('mobile')],
  ["a project's pointer to its current document", 'projectKey', keys.projectKey('apollo')],
  ['all projects, by key', 'projectListKey', keys.projectListKey('apollo')],
  ['one part of a document version', 'documentPartKey', keys.documentPartKey('apollo', '000000002-k3J9', 0)],
  ['all parts of a document version', 'documentPartPrefix', keys.documentPartPrefix('000000002-k3J9')],
  ['the id of a document version', 'documentId', keys.documentId(2, 'k3J9')],
  ['what is known of a document version', 'documentVersionKey', keys.documentVersionKey('apollo', 2)],
  ['all document versions of a project', 'documentVersionPrefix', keys.documentVersionPrefix],
  ['one change that somebody made in a project', 'auditKey', keys.auditKey('apollo', '2026-11-21T09:00:00.000Z', 'a1')],
  ['all changes that concern the whole community', 'auditPartition', keys.auditPartition(undefined)],
  ['all changes, by time', 'auditListKey', keys.auditListKey('2026-11-21T09:00:00.000Z', 'a1')],
  ['a secret of a project', 'secretKey', keys.secretKey('apollo', 'jira')],
  ['all secrets of a project', 'secretPrefix', keys.secretPrefix],
  ['a member, by e-mail address', 'memberKey', keys.memberKey('apollo', 'jim@example.com')],
  ['the mark that a member is being erased', 'erasedMemberKey', keys.erasedMemberKey('apollo', 'jim@example.com')],
  ["a project's members, by e-mail address", 'memberListKey', keys.memberListKey('apollo', 'jim@example.com')],
  ['a file of members that comes in pieces', 'importKey', keys.importKey('apollo', 'i1')],
  [
    "a project's files of members that come in pieces",
    'importListKey',
    keys.importListKey('apollo', '2026-11-21T09:00:00.000Z', 'i1'),
  ],
  [
    'a part of one of its pieces',
    'importPartKey',
    keys.importPartKey('apollo', 'i1', { number: 1, hash: '9f86d081884c7d65' }, 0),
  ],
  ["the counter of a feedback type's tickets", 'counterKey', keys.counterKey('apollo', 'issues')],
  ['a ticket, by id', 'ticketKey', keys.ticketKey('apollo', 'BUG-0001')],
  ['that a ticket was deleted', 'deletedTicketKey', keys.deletedTicketKey('apollo', 'BUG-0001')],
  ["a feedback type's tickets, oldest first", 'ticketListKey', keys.ticketListKey('apollo', 'issues', 1)],
  ['a call that is remembered for its Idempotency-Key', 'idempotencyKey', keys.idempotencyKey('apollo', 'web', 'k')],
  ["the ticket of a group of a source's equal reports", 'groupKey', keys.groupKey('apollo', 'web', '8254c329a92850f6')],
  [
    'that a listener has executed a call',
    'listenerCallKey',
    keys.listenerCallKey('apollo', 'jirastatus', 'webhook-id: m1'),
  ],
  [
    'one call that crossed',
    'activityKey',
    keys.activityKey({ apiKey: 'jira' }, '2026-11-21T09:00:00.000Z', 'JKJaXmPLvHcESHA='),
  ],
  [
    "an hour of what crossed, of an API key or of a project's callers who only sign",
    'activityPartition',
    keys.activityPartition({ project: 'apollo' }, '2026-11-21T09:00:00.000Z'),
  ],
  ['a signature without a timestamp', 'signatureKey', keys.signatureKey('apollo', '8254c329a92850f6')],
  ['a submission that was rejected and is kept', 'submissionKey', keys.submissionKey('apollo', 's1')],
  [
    "a project's kept submissions, by when they came",
    'submissionListKey',
    keys.submissionListKey('apollo', '2026-11-21T09:00:00.000Z', 's1'),
  ],
  [
    'how many a source has kept within an hour',
    'keptCountKey',
    keys.keptCountKey('apollo', 'web', '2026-11-21T09:00:00.000Z'),
  ],
  [
    'one of the last calls of an inspected endpoint, sealed',
    'inspectedKey',
    keys.inspectedKey('apollo', 'sources/appcrashlog', 7),
  ],
  ['all of them', 'inspectedPrefix', keys.inspectedPrefix],
  [
    "the count of an endpoint's inspected calls",
    'inspectedCountKey',
    keys.inspectedCountKey('apollo', 'sources/appcrashlog'),
  ],
  ['a delivery with its first attempt', 'deliveryKey', keys.deliveryKey('d1')],
  [
    "a project's deliveries, by creation",
    'deliveryListKey',
    keys.deliveryListKey('apollo', '2026-11-21T09:00:00.000Z', 'd1'),
  ],
  ['a later attempt of a delivery', 'attemptKey', keys.attemptKey('d1', 2)],
  ['all later attempts of a delivery', 'attemptPrefix', keys.attemptPrefix],
  ['the delivery of a due entry', 'deliveryOfKey', keys.deliveryOfKey('DELIVERY#d1') ?? ''],
  [
    'what is due, in one of its shards',
    'dueKey',
    keys.dueKey({ id: 'd1', lane: '9f86d081884c7d65' }, '2026-11-21T09:02:00.000Z', 4),
  ],
  ['what a due entry stands for', 'readDueSk', keys.readDueSk('2026-11-21T09:02:00.000Z#d1#9f86d081884c7d65')],
  [
    'the deliveries of a paused endpoint',
    'pausedKey',
    keys.pausedKey('9f86d081884c7d65', '2026-11-21T09:00:00.000Z', 'd1'),
  ],
  ["an endpoint's health", 'endpointKey', keys.endpointKey('9f86d081884c7d65')],
  [
    "a project's endpoints that have failed or were paused",
    'endpointListKey',
    keys.endpointListKey('apollo', '9f86d081884c7d65'),
  ],
  ["an endpoint's timetable, where it has maxPerSecond", 'rateKey', keys.rateKey('9f86d081884c7d65')],
  ['that a team is to be told of a ticket', 'notificationKey', keys.notificationKey('apollo/BUG-0001/n1')],
  [
    "one entry of a record's history",
    'changeKey',
    keys.changeKey(keys.ticketKey('apollo', 'BUG-0001'), { at: '2026-11-21T09:00:00.000Z', version: 2, id: 'c1' }),
  ],
  ["all of a record's history", 'changePrefix', keys.changePrefix],
  [
    'a comment on a record',
    'commentKey',
    keys.commentKey(keys.ticketKey('apollo', 'BUG-0001'), { at: '2026-11-21T09:00:00.000Z', place: 0, id: 'm1' }),
  ],
  ["all of a record's comments", 'commentPrefix', keys.commentPrefix],
  ['a file of a ticket', 'attachmentKey', keys.attachmentKey('apollo', 'BUG-0001', 'a1')],
  ["all of a ticket's files", 'attachmentPrefix', keys.attachmentPrefix],
  ['how many files of a ticket were declared', 'filePlacesKey', keys.filePlacesKey('apollo', 'BUG-0001')],
  ['what a project has stored', 'storageKey', keys.storageKey('apollo')],
  ['that an automation has run for a ticket', 'onceKey', keys.onceKey('apollo', 'BUG-0001', 'escalate')],
  [
    'that a macro ran on a record as a chain went on over captured values',
    'chainMarkKey',
    keys.chainMarkKey(keys.ticketKey('apollo', 'BUG-0001'), 'd1', 'ticket/track'),
  ],
  ['all that ran on a record as a chain went on', 'chainMarkPrefix', keys.chainMarkPrefix('d1')],
  ["a project's timetable", 'timetableKey', keys.timetableKey('apollo')],
  [
    'a run of an automation',
    'automationRunKey',
    keys.automationRunKey('apollo', 'escalate', '2026-11-21T09:00:00.000Z', 'a1'),
  ],
  ['a record, by a value from outside', 'lookupKey', keys.lookupKey('apollo', 'ticket', 'APO-7', 'BUG-0001')],
  ['one shard of what is due', 'duePartition', keys.duePartition(3)],
  ['all shards of what is due', 'duePrefix', keys.duePrefix],
  ['a run of a macro', 'runKey', keys.runKey('apollo', 'r1')],
  [
    "a project's runs, by the instant at which they began",
    'runListKey',
    keys.runListKey('apollo', '2026-11-21T09:00:00.000Z', 'r1'),
  ],
  ["what the run of a person's erasure knows of the person", 'erasureKey', keys.erasureKey('apollo', 'r1')],
  ['a page of a run', 'runPageKey', keys.runPageKey('apollo', 'r1', 1)],
  ['all pages of a run', 'runPagePrefix', keys.runPagePrefix],
  ['what became of one target of a run', 'runResultKey', keys.runResultKey('apollo', 'r1', 1, 0)],
  ['all results of a run', 'runResultPrefix', keys.runResultPrefix],
];

const introduction = `# The table

One DynamoDB table with the keys \`pk\` and \`sk\`, and two sparse indexes: \`byList\` (\`listPk\`, \`listSk\`; carries \`type\` and
\`listed\`, the columns that a list shows, at most 600 bytes unless addresses or teams are very long) and \`byDue\` (\`duePk\`,
\`dueSk\`; keys only). Items carry \`type\` and \`version\`, and every write has a condition, but for the counters, which only
ever add. Nothing is scanned. \`adapters/dynamodb/keys.ts\` spells every key; this page is printed from it by \`test/unit/table-document.test.ts\` (\`npx vitest run --project unit table-document -u\`).

| access pattern | key | function |
| --- | --- | --- |
`;

test('the table document shows every key that the code spells', async () => {
  const rows = patterns.map(([pattern, name, key]) => `| ${pattern} | \`${spell(key)}\` | \`${name}\` |`);
  expect(patterns.map(([, name]) => name).toSorted()).toEqual(Object.keys(keys).toSorted());
  await expect(`${introduction}${rows.join('\n')}\n`).toMatchFileSnapshot('../../docs/table.md');
});

function spell(key: object | string): string {
  if (typeof key === 'string') return key;
  return Object.entries(key)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
}

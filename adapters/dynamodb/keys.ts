import { createHash } from 'node:crypto';

/** The primary key of one item. */
export type ItemKey = { pk: string; sk: string };

/** An item's entry in the index `byList`: one list, one order. */
export type ListKey = { listPk: string; listSk: string };

/** An item's entry in the index `byDue`: what `tick` looks at when its time has come. */
export type DueKey = { duePk: string; dueSk: string };

/** The key of an API key, by its prefix. */
export function apiKeyKey(prefix: string): ItemKey {
  return { pk: `KEY#${prefix}`, sk: 'KEY' };
}

/** The key of the window of an API key's rate. */
export function keyRateKey(prefix: string): ItemKey {
  return { pk: apiKeyKey(prefix).pk, sk: 'RATE' };
}

/** An endpoint that outside systems call. */
export type EndpointName = { project: string; what: 'source' | 'listener'; key: string };

/** The key of the window of an endpoint's rate, or of that of one caller's network: addresses are hashed. */
export function endpointRateKey({ project, what, key }: EndpointName, network?: string): ItemKey {
  const whose = network === undefined ? 'ALL' : sha256(`${project} ${what} ${key} ${network}`);
  return { pk: `LIMIT#${project}#${what}#${key}#${whose}`, sk: 'LIMIT' };
}

/** The key of the mark that a key of this prefix was deleted: what crossed with it is kept for a while. */
export function deletedKeyKey(prefix: string): ItemKey {
  return { pk: apiKeyKey(prefix).pk, sk: 'DELETED' };
}

/** The list of the prefixes of deleted API keys. */
export function deletedKeyListKey(prefix: string): ListKey {
  return { listPk: 'LIST#KEYS#DELETED', listSk: prefix };
}

/** The list of all API keys, by prefix. */
export function apiKeyListKey(prefix: string): ListKey {
  return { listPk: 'LIST#KEYS', listSk: prefix };
}

/** The key of a project's pointer, which names its current document version. */
export function projectKey(project: string): ItemKey {
  return { pk: `PROJECT#${project}`, sk: 'PROJECT' };
}

/** The list of all projects, by key. */
export function projectListKey(project: string): ListKey {
  return { listPk: 'LIST#PROJECTS', listSk: project };
}

/** The key of one part of one document version; parts of a version sort in reading order. */
export function documentPartKey(project: string, documentId: string, part: number): ItemKey {
  return { pk: `PROJECT#${project}`, sk: `${documentPartPrefix(documentId)}${padded(part, 3)}` };
}

/** What the sort keys of one document version's parts begin with. */
export function documentPartPrefix(documentId: string): string {
  return `DOC#${documentId}#`;
}

/** The id of a document version; `attempt` tells apart two writers of the same version. */
export function documentId(version: number, attempt: string): string {
  return `${padded(version, 9)}-${attempt}`;
}

/** The key of what is known of one document version; `version` is its number. */
export function documentVersionKey(project: string, version: number): ItemKey {
  return { pk: projectKey(project).pk, sk: `${documentVersionPrefix}${padded(version, 9)}` };
}

/** What the sort keys of a project's document versions begin with. */
export const documentVersionPrefix = 'VERSION#';

/** The key of what is known of one change that somebody made; without a project it concerns the whole community. */
export function auditKey(project: string | undefined, at: string, id: string): ItemKey {
  return { pk: auditPartition(project), sk: `${at}#${id}` };
}

/** The partition of what was changed in a project, or of what concerns the whole community. */
export function auditPartition(project: string | undefined): string {
  return project === undefined ? 'AUDIT#COMMUNITY' : `AUDIT#PROJECT#${project}`;
}

/** The list of everything that was changed, by time. */
export function auditListKey(at: string, id: string): ListKey {
  return { listPk: 'LIST#AUDIT', listSk: `${at}#${id}` };
}

/** The key of one secret of a project. */
export function secretKey(project: string, name: string): ItemKey {
  return { pk: `PROJECT#${project}`, sk: `${secretPrefix}${name}` };
}

/** What the sort keys of a project's secrets begin with. */
export const secretPrefix = 'SECRET#';

/** The key of a member, by canonical e-mail address. */
export function memberKey(project: string, email: string): ItemKey {
  return { pk: `MEMBER#${project}#${email}`, sk: 'MEMBER' };
}

/** The key of the mark that a person of this address is being erased: nobody of it is added until that is done. */
export function erasedMemberKey(project: string, email: string): ItemKey {
  return { pk: memberKey(project, email).pk, sk: 'ERASED' };
}

/** The list of a project's members, by e-mail address. */
export function memberListKey(project: string, email: string): ListKey {
  return { listPk: `LIST#${project}#MEMBERS`, listSk: email };
}

/** The key of a file of members that comes in pieces. */
export function importKey(project: string, id: string): ItemKey {
  return { pk: `IMPORT#${project}#${id}`, sk: 'IMPORT' };
}

/** The list of a project's files of members that come in pieces, by the instant at which they were opened. */
export function importListKey(project: string, createdAt: string, id: string): ListKey {
  return { listPk: `LIST#${project}#IMPORTS`, listSk: `${createdAt}#${id}` };
}

/** The key of one part of a piece of such a file, by the hash of the piece: one that is sent again anew lies beside it. */
export function importPartKey(
  project: string,
  id: string,
  piece: { number: number; hash: string },
  part: number,
): ItemKey {
  return { pk: importKey(project, id).pk, sk: `PIECE#${padded(piece.number, 2)}#${piece.hash}#${padded(part, 2)}` };
}

/** The key of the counter that numbers a feedback type's tickets. */
export function counterKey(project: string, feedbackType: string): ItemKey {
  return { pk: `COUNTER#${project}#${feedbackType}`, sk: 'COUNTER' };
}

/** The key of a ticket, by its id such as `BUG-0001`. */
export function ticketKey(project: string, ticket: string): ItemKey {
  return { pk: `TICKET#${project}#${ticket}`, sk: 'TICKET' };
}

/** The key of the mark that a ticket was deleted: what comes late for it does nothing. */
export function deletedTicketKey(project: string, ticket: string): ItemKey {
  return { pk: ticketKey(project, ticket).pk, sk: 'DELETED' };
}

/** The list of a feedback type's tickets, by number, which is their order of creation. */
export function ticketListKey(project: string, feedbackType: string, number: number): ListKey {
  return { listPk: `LIST#${project}#TICKETS#${feedbackType}`, listSk: padded(number, 12) };
}

/** The key of the record that makes a source's call with one `Idempotency-Key` happen once. */
export function idempotencyKey(project: string, source: string, givenKey: string): ItemKey {
  return { pk: `IDEMPOTENCY#${project}#${source}#${sha256(givenKey)}`, sk: 'IDEMPOTENCY' };
}

/** The key of what names the ticket of a group of a source's equal reports. */
export function groupKey(project: string, source: string, group: string): ItemKey {
  return { pk: `GROUP#${project}#${source}#${group}`, sk: 'GROUP' };
}

/** The key of the mark that a listener has executed the call that its sender names so. */
export function listenerCallKey(project: string, listener: string, callId: string): ItemKey {
  return { pk: `CALL#${project}#${listener}#${sha256(callId)}`, sk: 'CALL' };
}

/** The key of one call that crossed, by its API key, its hour and its instant; calls without a key lie under their project. */
export function activityKey(caller: ActivityCaller, at: string, requestId: string): ItemKey {
  return { pk: activityPartition(caller, at), sk: `${at}#${requestId}` };
}

/** Whose activity it is: an API key's, or that of a project's callers who only sign. */
export type ActivityCaller = { apiKey: string } | { project: string };

/** The partition of one hour of activity; `at` is any RFC 3339 instant of it in UTC. */
export function activityPartition(caller: ActivityCaller, at: string): string {
  const whose = 'apiKey' in caller ? `KEY#${caller.apiKey}` : `PROJECT#${caller.project}`;
  return `ACTIVITY#${whose}#${at.slice(0, 13)}`;
}

/** The key of what is remembered of a signature without a timestamp, which any endpoint of a project accepted. */
export function signatureKey(project: string, fingerprint: string): ItemKey {
  return { pk: `SIGNATURE#${project}#${fingerprint}`, sk: 'SIGNATURE' };
}

/** The key of a delivery, which also holds its first attempt. */
export function deliveryKey(delivery: string): ItemKey {
  return { pk: `DELIVERY#${delivery}`, sk: 'DELIVERY' };
}

/** The list of a project's deliveries, by creation. */
export function deliveryListKey(project: string, createdAt: string, delivery: string): ListKey {
  return { listPk: `LIST#${project}#DELIVERIES`, listSk: `${createdAt}#${delivery}` };
}

/** The key of one later attempt of a delivery. */
export function attemptKey(delivery: string, number: number): ItemKey {
  return { pk: `DELIVERY#${delivery}`, sk: `${attemptPrefix}${padded(number, 2)}` };
}

/** What the sort keys of a delivery's later attempts begin with. */
export const attemptPrefix = 'ATTEMPT#';

/** The delivery that an entry of the index `byDue` stands for, or undefined where it stands for something else. */
export function deliveryOfKey(pk: string): string | undefined {
  return pk.startsWith('DELIVERY#') ? pk.slice('DELIVERY#'.length) : undefined;
}

/** The due entry of an item: its shard follows from its id, so that busy minutes spread over partitions. */
export function dueKey({ id, lane }: { id: string; lane: string }, dueAt: string, shards: number): DueKey {
  const shard = createHash('sha256').update(id).digest().readUInt32BE(0) % shards;
  return { duePk: duePartition(shard), dueSk: `${dueAt}#${id}#${lane}` };
}

/** What a due entry stands for: the instant, the item's id, and the lane that says which queue and group it goes to. */
export function readDueSk(dueSk: string): { dueAt: string; id: string; lane: string } {
  const [dueAt = '', id = '', lane = ''] = dueSk.split('#');
  return { dueAt, id, lane };
}

/** Where the deliveries of a paused endpoint wait, by the instant of their intent: no tick looks there. */
export function pausedKey(endpoint: string, createdAt: string, id: string): DueKey {
  return { duePk: `PAUSED#${endpoint}`, dueSk: `${createdAt}#${id}#${endpoint}` };
}

/** The key of an endpoint's health, by the id of the endpoint. */
export function endpointKey(endpoint: string): ItemKey {
  return { pk: `ENDPOINT#${endpoint}`, sk: 'ENDPOINT' };
}

/** The list of a project's endpoints that have failed or were paused, by their ids. */
export function endpointListKey(project: string, endpoint: string): ListKey {
  return { listPk: `LIST#${project}#ENDPOINTS`, listSk: endpoint };
}

/** The key of an endpoint's timetable, which keeps to its `maxPerSecond` over all instances. */
export function rateKey(endpoint: string): ItemKey {
  return { pk: `RATE#${endpoint}`, sk: 'RATE' };
}

/** The key of a notification, that a team is to be told of a ticket, by its name `<project>/<ticket>/<id>`. */
export function notificationKey(notification: string): ItemKey {
  const [project = '', ticket = '', id = ''] = notification.split('/');
  return { pk: ticketKey(project, ticket).pk, sk: `NOTIFICATION#${id}` };
}

/**
 * The key of one entry of a record's history; entries sort by time, those of one instant by the record's version, and those
 * of one version by their place in the transaction.
 */
export function changeKey(record: ItemKey, change: { at: string; version: number; id: string }, place = 0): ItemKey {
  const order = `${change.at}#${padded(change.version, 9)}#${padded(place, 3)}`;
  return { pk: record.pk, sk: `${changePrefix}${order}#${change.id}` };
}

/** What the sort keys of a record's history begin with. */
export const changePrefix = 'CHANGE#';

/** The key of a project's timetable: when its scheduled automations run. */
export function timetableKey(project: string): ItemKey {
  return { pk: `TIMETABLE#${project}`, sk: 'TIMETABLE' };
}

/** The key of one run of an automation; they sort by time. */
export function automationRunKey(project: string, automation: string, at: string, id: string): ItemKey {
  return { pk: `AUTOMATION#${project}#${automation}`, sk: `${at}#${id}` };
}

/** The key of one comment on a record; comments of a record sort by time, then by their place in the transaction. */
export function commentKey(record: ItemKey, { at, place, id }: { at: string; place: number; id: string }): ItemKey {
  return { pk: record.pk, sk: `${commentPrefix}${at}#${padded(place, 3)}#${id}` };
}

/** What the sort keys of a record's comments begin with. */
export const commentPrefix = 'COMMENT#';

/** The key of one attachment of a ticket. */
export function attachmentKey(project: string, ticket: string, attachment: string): ItemKey {
  return { pk: ticketKey(project, ticket).pk, sk: `${attachmentPrefix}${attachment}` };
}

/** What the sort keys of a ticket's attachments begin with. */
export const attachmentPrefix = 'FILE#';

/** The key of the counter of a ticket's files that were declared. */
export function filePlacesKey(project: string, ticket: string): ItemKey {
  return { pk: ticketKey(project, ticket).pk, sk: 'FILES' };
}

/** The key of what a project has stored: files and their bytes. */
export function storageKey(project: string): ItemKey {
  return { pk: `STORAGE#${project}`, sk: 'STORAGE' };
}

/** The key of the mark that an automation, which runs once for each ticket ever, has run for this one. */
export function onceKey(project: string, ticket: string, automation: string): ItemKey {
  return { pk: ticketKey(project, ticket).pk, sk: `ONCE#${automation}` };
}

/** The key of the mark that a macro ran on a record as a chain went on; `macro` is as chains remember it, `ticket/track`. */
export function chainMarkKey(record: ItemKey, chain: string, macro: string): ItemKey {
  return { pk: record.pk, sk: `${chainMarkPrefix(chain)}${macro}` };
}

/** What the sort keys of a chain's marks on a record begin with. */
export function chainMarkPrefix(chain: string): string {
  return `CHAIN#${chain}#`;
}

/** The key of the entry by which a record is found by a value from outside; `record` is its id or e-mail address. */
export function lookupKey(project: string, target: 'ticket' | 'member', value: string, record: string): ItemKey {
  return { pk: `LOOKUP#${project}#${target}#${sha256(value)}`, sk: record };
}

/** The partition of one due shard. */
export function duePartition(shard: number): string {
  return `${duePrefix}${shard}`;
}

/** What the partitions of due shards begin with; what is paused lies elsewhere. */
export const duePrefix = 'DUE#';

/** The key of a submission that its source rejected and keeps. */
export function submissionKey(project: string, id: string): ItemKey {
  return { pk: `QUARANTINE#${project}#${id}`, sk: 'SUBMISSION' };
}

/** The list of a project's kept submissions, by the instant at which they came. */
export function submissionListKey(project: string, submittedAt: string, id: string): ListKey {
  return { listPk: `LIST#${project}#QUARANTINE`, listSk: `${submittedAt}#${id}` };
}

/** The key of the count of submissions that a source has kept within an hour; `at` is any instant of it. */
export function keptCountKey(project: string, source: string, at: string): ItemKey {
  return { pk: `KEPT#${project}#${source}`, sk: at.slice(0, 13) };
}

/** The key of one of the last calls of an inspected endpoint, by its place in the ring. */
export function inspectedKey(project: string, name: string, place: number): ItemKey {
  return { pk: inspectedPartition(project, name), sk: `${inspectedPrefix}${padded(place, 2)}` };
}

/** What the sort keys of an endpoint's last calls begin with. */
export const inspectedPrefix = 'CALL#';

/** The key of the count of an endpoint's inspected calls, from which their places follow. */
export function inspectedCountKey(project: string, name: string): ItemKey {
  return { pk: inspectedPartition(project, name), sk: 'COUNT' };
}

function inspectedPartition(project: string, name: string): string {
  return `INSPECTED#${project}#${name}`;
}

/** The key of a run of a macro. */
export function runKey(project: string, run: string): ItemKey {
  return { pk: `RUN#${project}#${run}`, sk: 'RUN' };
}

/** The list of a project's runs, by the instant at which they began. */
export function runListKey(project: string, startedAt: string, run: string): ListKey {
  return { listPk: `LIST#${project}#RUNS`, listSk: `${startedAt}#${run}` };
}

/** The key of what the run of a person's erasure knows of the person, until it is done. */
export function erasureKey(project: string, run: string): ItemKey {
  return { pk: runKey(project, run).pk, sk: 'ERASURE' };
}

/** The key of one page of a run; pages sort by their numbers. */
export function runPageKey(project: string, run: string, page: number): ItemKey {
  return { pk: runKey(project, run).pk, sk: `${runPagePrefix}${padded(page, 6)}` };
}

/** What the sort keys of a run's pages begin with. */
export const runPagePrefix = 'PAGE#';

/** The key of what became of one target of a run, by its page and its place there: targets sort in the run's order. */
export function runResultKey(project: string, run: string, page: number, place: number): ItemKey {
  return { pk: runKey(project, run).pk, sk: `${runResultPrefix}${padded(page, 6)}#${padded(place, 2)}` };
}

/** What the sort keys of a run's results begin with. */
export const runResultPrefix = 'RESULT#';

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

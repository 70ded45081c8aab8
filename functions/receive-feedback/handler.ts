import { createHash } from 'node:crypto';
import type { Configuration, ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { createTicket, findRememberedCall, type RememberedCall } from '../../adapters/dynamodb/ticket-creation.ts';
import { takeTicketNumber } from '../../adapters/dynamodb/tickets.ts';
import type { PresignedPost } from '../../adapters/s3/presigned-post.ts';
import { decideSubmission } from '../../core/consequence.ts';
import type { ApiKey } from '../../core/keys/api-key.ts';
import type { Member } from '../../core/member.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { findSource, type SourceOfType } from '../../core/sources/find-source.ts';
import {
  decideSubmitter,
  type ReportReading,
  readReport,
  submitterCandidates,
} from '../../core/sources/read-report.ts';
import { ticketUrl } from '../../core/tickets/record-values.ts';
import { type Ticket, ticketId } from '../../core/tickets/ticket.ts';
import { authenticateKey } from '../kit/authenticate.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, notFound, refuse } from '../kit/http.ts';
import { readJsonObject } from '../kit/json-body.ts';
import type { Observer } from '../kit/observer.ts';
import { originHeaders } from '../kit/origins.ts';
import { CreatedTicket } from './answer.ts';

/** Largest attachment, in bytes: 2 GiB (docs/http.md). */
const maxAttachmentBytes = 2_147_483_648;
/** Most bytes that a ticket's fields may have: an item of the table ends at 400 KB (docs/architecture.md). */
const maxFieldBytes = 340_000;
/** Longest `Idempotency-Key`, in characters. */
const maxGivenKeyLength = 255;
/** Tries to store one ticket while numbers or remembered calls are contended (docs/architecture.md). */
const maxTries = 5;

/** What the handler is given: the table, what it remembers, how it signs uploads, and its clock and chance. */
export type ReceiveDependencies = {
  table: Table;
  findKey: (prefix: string) => Promise<ApiKey | undefined>;
  readConfiguration: ConfigurationReader;
  presign: (key: string, maxBytes: number, now: Date) => Promise<PresignedPost>;
  apiOrigin: string;
  consoleOrigin: string;
  dueShards: number;
  observer: Observer;
  now: () => number;
  newId: () => string;
  /** Waits a moment of at most so many milliseconds, before contended writes are tried again. */
  pause: (maxMs: number) => Promise<void>;
};

type Members = Awaited<ReturnType<typeof findMembers>>;

/** One report on its way: everything that was loaded and found out so far. */
type Submission = SourceOfType & {
  request: HttpRequest;
  project: string;
  configuration: Configuration;
  reading: ReportReading;
  givenKey: string | undefined;
  bodyHash: string;
};

/** Creates a ticket from a report. */
export function receiveFeedback(dependencies: ReceiveDependencies): HttpHandler {
  return async (request) => {
    const caller = await authenticateKey(request, dependencies.findKey);
    if (caller.outcome === 'unknown') return caller.reply;
    const { project = '', source: sourceKey = '' } = request.parameters;
    const configuration = await dependencies.readConfiguration(project);
    const found = configuration === undefined ? undefined : findSource(configuration.document, sourceKey);
    if (configuration === undefined || found === undefined) return notFound();
    request.note({ project, source: found.source.key });
    const reply = await answer(dependencies, request, { ...found, project, configuration }, caller.key);
    const outcome = reply.status < 300 ? 'accepted' : 'rejected';
    dependencies.observer.measure('Reports', 1, 'Count', { project, source: found.source.key, outcome });
    return { ...reply, headers: { ...originHeaders(found.source, request.headers.origin), ...reply.headers } };
  };
}

async function answer(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  endpoint: SourceOfType & { project: string; configuration: Configuration },
  key: ApiKey,
): Promise<HttpReply> {
  const { source, feedbackType } = endpoint;
  if (source.apiKey !== key.prefix) return refuse(403, 'This API key does not open this source.');
  const body = readJsonObject(request);
  if (body.outcome === 'refused' && body.reply.status !== 400) return body.reply;
  if (source.signature !== undefined) {
    return refuse(401, 'This source asks for a signature, and signatures cannot be verified yet.');
  }
  if (body.outcome === 'refused') return body.reply;
  const givenKey = request.headers['idempotency-key'];
  if (givenKey !== undefined && (givenKey === '' || givenKey.length > maxGivenKeyLength)) {
    return refuse(400, `An Idempotency-Key has 1 to ${maxGivenKeyLength} characters.`);
  }
  const reading = readReport(source, feedbackType, body.object);
  const dryRun = request.query.get('dryRun') === 'true';
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  const submission: Submission = { ...endpoint, request, reading, givenKey: dryRun ? undefined : givenKey, bodyHash };
  const [remembered, members] = await Promise.all([
    findRemembered(dependencies, submission),
    findDecidingMembers(dependencies, submission),
  ]);
  if (remembered !== undefined) return await replay(dependencies, submission, remembered);
  const errors = [...reading.errors, ...unknownSubmitter(submission, members)];
  if (errors.length > 0) return refuse(400, describeRejection(errors), errors);
  const bytes = Buffer.byteLength(JSON.stringify(reading.fields));
  if (bytes > maxFieldBytes) {
    const fault = `The fields of one ticket may have ${maxFieldBytes} bytes in all, and these have ${bytes}.`;
    return refuse(413, `${fault} Send what is longer as an attachment.`);
  }
  if (dryRun) {
    return { status: 200, json: { status: 200, dryRun: true, ignoredParameters: reading.ignoredParameters } };
  }
  return await create(dependencies, submission, members);
}

async function create(
  dependencies: ReceiveDependencies,
  submission: Submission,
  decidingMembers: Members | undefined,
): Promise<HttpReply> {
  const { table } = dependencies;
  const { project, feedbackType, source, reading } = submission;
  // With a default submitter the members decide nothing but the attribution, so they are read beside the number.
  let [number, members] = await Promise.all([
    takeTicketNumber(table, project, feedbackType.key),
    decidingMembers ?? findMembers(table, project, submitterCandidates(source, reading.givenSubmitter)),
  ]);
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const draft = draftTicket(dependencies, submission, number, (email) => members.has(email));
    const submitter = members.get(draft.submitter)?.member;
    const decision = decide(dependencies, submission, draft, submitter);
    const result = CreatedTicket.parse(decision.ticket);
    const outcome = await createTicket(
      table,
      {
        ticket: decision.ticket,
        number,
        deliveries: decision.deliveries,
        ...remember(submission, { ticket: result, ignoredParameters: reading.ignoredParameters }),
      },
      { dueShards: dependencies.dueShards, now: dependencies.now() },
    );
    if (outcome === 'created') {
      submission.request.note({ ticket: draft.id, deliveries: decision.deliveries.length });
      return await answerCreated(dependencies, submission, result, reading.ignoredParameters, false);
    }
    const remembered = await findRemembered(dependencies, submission);
    if (remembered !== undefined) return await replay(dependencies, submission, remembered);
    if (outcome === 'number-taken') number = await takeTicketNumber(table, project, feedbackType.key);
    else await dependencies.pause(50 * 2 ** tries);
  }
  const retry = { 'retry-after': '2' };
  return refuse(503, 'Too much is going on at once: nothing was written. Try again shortly.', undefined, retry);
}

function decide(
  dependencies: ReceiveDependencies,
  { configuration, source }: Submission,
  ticket: Ticket,
  submitter: Member | undefined,
) {
  return decideSubmission({
    document: configuration.document,
    runAutomations: source.advanced.runAutomations,
    context: {
      ticket,
      submitter,
      project: configuration.document.project,
      variables: configuration.variables,
      ticketUrl: ticketUrl(dependencies.consoleOrigin, ticket.project, ticket.id),
      now: ticket.createdAt,
    },
    newId: dependencies.newId,
  });
}

function draftTicket(
  dependencies: ReceiveDependencies,
  { project, feedbackType, source, reading }: Submission,
  number: number,
  isMember: (email: string) => boolean,
): Ticket {
  const submitter = decideSubmitter(source, reading.givenSubmitter, isMember);
  if (submitter.outcome !== 'found' || reading.state === undefined) throw new Error('the report was not checked');
  const createdAt = new Date(dependencies.now()).toISOString();
  return {
    id: ticketId(feedbackType.idPrefix, feedbackType.idDigits, number),
    project,
    feedbackType: feedbackType.key,
    version: 1,
    state: reading.state,
    submitter: submitter.email,
    ...(submitter.claimed === undefined ? {} : { claimedSubmitter: submitter.claimed }),
    fields: reading.fields,
    external: {},
    attachments: [],
    origin: { kind: 'source', key: source.key },
    createdAt,
    updatedAt: createdAt,
  };
}

/** Reads the members where they decide whether the report is accepted, so that all problems are named at once. */
async function findDecidingMembers(
  { table }: ReceiveDependencies,
  { source, project, reading }: Submission,
): Promise<Members | undefined> {
  if (source.defaultSubmitter !== undefined || reading.givenSubmitter === undefined) return undefined;
  return await findMembers(table, project, submitterCandidates(source, reading.givenSubmitter));
}

function unknownSubmitter({ source, reading }: Submission, members: Members | undefined): ParameterError[] {
  if (members === undefined) return [];
  const submitter = decideSubmitter(source, reading.givenSubmitter, (email) => members.has(email));
  return submitter.outcome === 'unknown-submitter' ? [submitter.error] : [];
}

async function findRemembered(
  { table, now }: ReceiveDependencies,
  { project, source, givenKey }: Submission,
): Promise<RememberedCall | undefined> {
  if (givenKey === undefined) return undefined;
  return await findRememberedCall(table, project, source.key, givenKey, now());
}

function remember({ source, givenKey, bodyHash }: Submission, answered: Readonly<Record<string, unknown>>) {
  return givenKey === undefined ? {} : { call: { source: source.key, givenKey, bodyHash, answer: answered } };
}

async function replay(
  dependencies: ReceiveDependencies,
  submission: Submission,
  remembered: RememberedCall,
): Promise<HttpReply> {
  if (remembered.bodyHash !== submission.bodyHash) {
    return refuse(422, 'This Idempotency-Key was used with a different body: take a new key for a new report.');
  }
  submission.request.note({ ticket: remembered.ticket, replayed: true });
  const { ticket, ignoredParameters } = remembered.answer;
  return await answerCreated(dependencies, submission, CreatedTicket.parse(ticket), ignoredParameters, true);
}

async function answerCreated(
  { presign, newId, now, apiOrigin }: ReceiveDependencies,
  { project, source, feedbackType }: Submission,
  ticket: CreatedTicket,
  ignoredParameters: unknown,
  replayed: boolean,
): Promise<HttpReply> {
  const uploads = feedbackType.fields.flatMap((field) => {
    const parameter = field.kind === 'attachment' ? source.fields[field.key] : undefined;
    return parameter === undefined ? [] : [{ field: field.key, parameter }];
  });
  const files = await Promise.all(
    uploads.map(async ({ field, parameter }) => {
      // The random part makes the key unguessable; the rest tells the object's arrival which ticket it belongs to.
      const key = `attachments/${project}/${ticket.id}/${field}/${newId()}`;
      const signed = await presign(key, maxAttachmentBytes, new Date(now()));
      return { field, parameter, upload: { ...signed, maxBytes: maxAttachmentBytes } };
    }),
  );
  return {
    status: 201,
    headers: {
      location: `${apiOrigin}/admin/v1/projects/${project}/tickets/${ticket.id}`,
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
    },
    json: { status: 201, ticket, files, ignoredParameters },
  };
}

function describeRejection(errors: readonly ParameterError[]): string {
  return errors.length === 1 ? '1 parameter was rejected.' : `${errors.length} parameters were rejected.`;
}

import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import { findSubmission, replayedItem } from '../../adapters/dynamodb/quarantine.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import { bodyToReplay, type KeptSubmission } from '../../core/quarantine/submission.ts';
import { ErrorBody } from '../../core/reply-errors.ts';
import { findSource } from '../../core/sources/find-source.ts';
import { readReport } from '../../core/sources/read-report.ts';
import type { CreatedTicket } from '../../core/tickets/ticket.ts';
import { type HttpReply, refuse, refuseParameters } from './http.ts';
import { readJsonObject } from './json-body.ts';
import type { ReportTaking } from './submission.ts';
import { describeSize, takeReport } from './take-report.ts';

/** How long one goes on trying while others change its group, in milliseconds. */
const maxTakingMs = 8_000;

/** What taking a kept submission needs. */
export type Resubmission = ReportTaking & { largeBodies: Pick<LargeBodies, 'store' | 'readKept'> };

/** How a kept submission is to be taken; `beside` is stored with its ticket. */
export type ResubmitOptions = {
  configuration: Configuration;
  by: string;
  dryRun: boolean;
  beside?: (ticket: string) => TransactItem[];
  note?: (facts: Readonly<Record<string, unknown>>) => void;
};

/** What became of a kept submission that was to be taken after all. */
export type Resubmitted =
  /** The ticket that it became, or on which it was counted. */
  | { outcome: 'created'; ticket: CreatedTicket }
  /** A dry run, of one that would have been taken. */
  | { outcome: 'acceptable'; ignoredParameters: string[] }
  /** It would be refused again, and so. */
  | { outcome: 'refused'; refusal: ErrorBody }
  /** Its sender has sent it again meanwhile, under the same name, and it was taken. */
  | { outcome: 'accepted-meanwhile'; ticket: string }
  | { outcome: 'changed-meanwhile' }
  | { outcome: 'contended' };

/** Takes a kept submission as its source takes a fresh one today, or says why it would be refused. */
export async function resubmit(
  dependencies: Resubmission,
  kept: KeptSubmission,
  { configuration, by, dryRun, beside = () => [], note = () => undefined }: ResubmitOptions,
): Promise<Resubmitted> {
  const { table, largeBodies, now } = dependencies;
  const { id, project, submittedAt, givenKey, bodyHash } = kept;
  const endpoint = findSource(configuration.document, kept.source);
  if (endpoint === undefined) return refused(refuse(400, `The project has no source "${kept.source}" any more.`));
  const bytes = await largeBodies.readKept(bodyToReplay(kept));
  if (bytes === undefined) {
    // A correction takes the one before it away.
    const anew = await findSubmission(table, project, id, now());
    if (anew?.version !== kept.version) return { outcome: 'changed-meanwhile' };
    return refused(refuse(400, 'The body is not kept any more.'));
  }
  const body = readJsonObject({ body: bytes, headers: {} });
  if (body.outcome === 'refused') return refused(body.reply);
  const reading = readReport(endpoint.source, endpoint.feedbackType, body.object);
  const mark = (ticket: string) => replayedItem(table, kept, { ticket, at: new Date(now()).toISOString(), by });
  const submission = {
    ...{ ...endpoint, project, configuration, reading, givenKey, bodyHash, note },
    expect: () => undefined,
    deadline: now() + maxTakingMs,
    replay: { id, submittedAt, by, beside: (ticket: string) => [mark(ticket), ...beside(ticket)] },
  };
  const taken = await takeReport(dependencies, submission, { dryRun });
  switch (taken.outcome) {
    case 'created':
    case 'changed-meanwhile':
    case 'contended':
      return taken;
    case 'grouped':
      return { outcome: 'created', ticket: taken.ticket };
    case 'acceptable':
      return { outcome: 'acceptable', ignoredParameters: reading.ignoredParameters };
    case 'replayed':
      return { outcome: 'accepted-meanwhile', ticket: taken.remembered.ticket };
    case 'rejected':
      return refused(refuseParameters(taken.errors));
    case 'too-large':
      return refused(refuse(413, describeSize(taken)));
  }
}

function refused({ json }: HttpReply): Resubmitted {
  return { outcome: 'refused', refusal: ErrorBody.parse(json) };
}

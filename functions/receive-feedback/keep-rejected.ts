import { createHash } from 'node:crypto';
import { countKept, keepSubmission } from '../../adapters/dynamodb/keep-submission.ts';
import { boundErrors, maxInlineBytes } from '../../core/quarantine/bounds.ts';
import { ErrorBody } from '../../core/reply-errors.ts';
import type { HttpReply, HttpRequest } from '../kit/http.ts';
import type { ReceiveDependencies, Rejected, ReportEndpoint } from './submission.ts';

/** Submissions that a source keeps within an hour: an app that is broken shows why with a few (docs/decisions). */
const maxKeptPerHour = 1_000;

/** How long S3 may take for a large body, with all tries, in milliseconds: the refusal is to go out all the same. */
const maxStoreMs = 16_000;

/** What of an endpoint says whose a rejected report is. */
type KeepingEndpoint = Pick<ReportEndpoint, 'project' | 'source' | 'apiKey' | 'deadline'>;

/** Keeps a rejected report where its source asks for it; returns the answer, which then says where it is kept. */
export type KeepRejected = (request: HttpRequest, endpoint: KeepingEndpoint, rejected: Rejected) => Promise<HttpReply>;

/**
 * Makes what keeps rejected reports. A source that has kept its share of an hour writes nothing more until the next one, and
 * what cannot be kept is refused no differently.
 */
export function rejectionKeeper(dependencies: ReceiveDependencies): KeepRejected {
  const full = new Map<string, string>();

  async function keep(
    request: HttpRequest,
    endpoint: KeepingEndpoint,
    rejected: Rejected,
  ): Promise<string | undefined> {
    const { table, largeBodies, now, newId } = dependencies;
    const { project, source, apiKey } = endpoint;
    const at = new Date(now()).toISOString();
    const hour = at.slice(0, 13);
    const name = `${project}/${source.key}`;
    const isLate = rejected.body.byteLength > maxInlineBytes && now() + maxStoreMs > endpoint.deadline;
    if (isLate || full.get(name) === hour) return undefined;
    if ((await countKept(table, { project, source: source.key, at }, maxKeptPerHour)) === 'full') {
      full.set(name, hour);
      return undefined;
    }
    const id = newId();
    const { body, givenKey, reply } = rejected;
    const { description, errors } = ErrorBody.parse(reply.json);
    await keepSubmission(table, {
      ...{ id, project, source: source.key, state: 'waiting', version: 1, submittedAt: at },
      ...(apiKey === undefined ? {} : { apiKey }),
      ...{ requestId: request.id, description },
      ...(errors === undefined ? {} : { errors: boundErrors(errors) }),
      body: await largeBodies.keep(id, body),
      ...(givenKey === undefined ? {} : { givenKey }),
      bodyHash: createHash('sha256').update(body).digest('hex'),
    });
    return id;
  }

  return async (request, endpoint, rejected) => {
    const { reply } = rejected;
    if (!endpoint.source.keepRejected || reply.status !== 400) return reply;
    try {
      const id = await keep(request, endpoint, rejected);
      request.note(id === undefined ? { unkept: 1 } : { kept: 1 });
      return id === undefined ? reply : { ...reply, json: { ...ErrorBody.parse(reply.json), quarantine: id } };
    } catch (error) {
      // Its sender is to hear what is wrong with it, whatever becomes of us.
      dependencies.observer.fault('rejected report not kept', error, {
        ...{ requestId: request.id, route: request.routeKey },
        ...{ project: endpoint.project, source: endpoint.source.key },
      });
      return reply;
    }
  };
}

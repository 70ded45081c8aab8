import type { ExternalListener } from '../../core/document/schema.ts';
import { freezeCapture } from '../../core/external-data/freeze-capture.ts';
import { readParameter } from '../../core/json-pointer.ts';
import type { JsonProblem } from '../../core/json-text.ts';
import { readCallId } from '../../core/listeners/call-id.ts';
import { findListener } from '../../core/listeners/find-listener.ts';
import { readCall } from '../../core/listeners/read-call.ts';
import { readFind } from '../../core/listeners/read-find.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import type { TagValue } from '../../core/templates/template.ts';
import { openActivity } from '../kit/activity-log.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, refuse } from '../kit/http.ts';
import { callInspector } from '../kit/inspect-call.ts';
import { loadMatchExpression } from '../kit/match-expression.ts';
import { type Opening, openEndpoint, refuseSignature } from '../kit/open-endpoint.ts';
import { recallSignature } from '../kit/recall-signature.ts';
import type { CalledListener, ListenerCall, ListenerDependencies } from './call.ts';
import { describeOutcome, type Outcome, refused, refusedParameters } from './describe-outcome.ts';
import { executeCall, findDuplicate } from './execute-call.ts';
import { isObject, readBody, refuseSize } from './read-body.ts';

/** Acts on a ticket or a member for an outside system. */
export function fireListener(dependencies: ListenerDependencies): HttpHandler {
  const inspect = callInspector(dependencies);
  return async (request) => {
    const { project = '', listener: key = '' } = request.parameters;
    const target = request.path.split('/').at(-2) === 'userListeners' ? 'member' : 'feedback';
    const opening = await openEndpoint(dependencies, request, {
      project,
      what: 'listener',
      find: (document) => findListener(document, target, key),
      checkBody: () => refuseSize(request),
    });
    const listener = opening.endpoint;
    if (listener !== undefined) request.note({ project, listener: listener.key });
    const keepCall = inspect(request, { project, kind: 'listeners', opening });
    const activity = openActivity(dependencies, request, { project, opening, keepCall });
    return await activity.during(async () => {
      const { reply, facts } = await answer(dependencies, request, project, opening);
      // Reasons may quote what was sent; the log line has no personal data.
      request.note({ outcome: facts.outcome, ticket: facts.ticket, run: facts.run });
      if (listener !== undefined) {
        dependencies.observer.measure('ListenerCalls', 1, 'Count', { project, outcome: facts.outcome });
      }
      return { answered: reply, facts };
    });
  };
}

/** Checks a call in the contract's order (docs/http.md), then has it executed. */
async function answer(
  dependencies: ListenerDependencies,
  request: HttpRequest,
  project: string,
  opening: Opening<ExternalListener>,
): Promise<Outcome> {
  if (opening.outcome === 'refused') return refused(opening.reply, opening.reason);
  const { endpoint: listener, configuration, signature } = opening;
  const callId = signature?.signedId ?? readCallId(request.headers);
  const called = { project, listener, configuration, request, callId };
  const repetition = callId === undefined ? undefined : `${callId} ${request.query.get('find') ?? ''}`;
  const recall = await recallSignature(dependencies, project, signature, repetition);
  if (recall.outcome === 'replayed') {
    const duplicate = await findDuplicate(dependencies, called);
    if (duplicate !== undefined) return describeOutcome(listener, '', duplicate);
    return refused(refuseSignature(request, recall.reason), recall.reason);
  }
  const spent = await opening.takeTurns(1);
  if (spent !== undefined) return refused(spent.reply, spent.reason);
  const outcome = await answerFresh(dependencies, called);
  // What failed for a reason of ours is to be sent again, as it is.
  if (outcome.reply.status < 500) await recall.remember();
  return outcome;
}

async function answerFresh(dependencies: ListenerDependencies, called: CalledListener): Promise<Outcome> {
  const { request, listener, configuration } = called;
  const { body, left } = readBody(request);
  if (left.length > 0) request.note({ leftOut: left.length });
  const challenge = answerChallenge(listener, body);
  if (challenge !== undefined) return { reply: challenge, facts: { status: 200, outcome: 'challenge' } };
  if (needsObject(listener) && !isObject(body)) {
    const description = 'The body must be a JSON object: this listener reads values from it.';
    return refused(refuse(400, description), 'the body is not a JSON object');
  }
  const find = readFind(listener, { query: request.query.get('find'), body });
  const capture = listener.type === 'data' ? freezeCapture(configuration.document, listener.group) : undefined;
  const matchFirstGroup = await loadMatchExpression(capture);
  const reading = readCall(configuration.document, listener, body, matchFirstGroup);
  if (find.outcome === 'rejected' || reading.outcome === 'rejected') {
    const errors = [
      ...(find.outcome === 'rejected' ? [find.error] : []),
      ...(reading.outcome === 'rejected' ? reading.errors : []),
    ];
    return refusedParameters(errors.map((error) => sayLeftOut(error, left)));
  }
  const call: ListenerCall = { ...called, body, content: reading.content };
  return describeOutcome(listener, find.value, await executeCall(dependencies, call, find.value));
}

/** Slack asks once whether the URL is ours, in a call like any other. */
function answerChallenge({ challenge }: ExternalListener, body: TagValue | undefined): HttpReply | undefined {
  if (challenge !== 'slack' || readParameter(body, 'type') !== 'url_verification') return undefined;
  const given = readParameter(body, 'challenge');
  return typeof given === 'string' ? { status: 200, raw: { body: given, contentType: 'text/plain' } } : undefined;
}

/** What was sent and cannot be kept is not missing: its own fault is told. */
function sayLeftOut(error: ParameterError, left: readonly JsonProblem[]): ParameterError {
  const pointer = error.parameter.startsWith('/') ? error.parameter : `/${error.parameter}`;
  const fault = left.find(({ where }) => where === pointer || pointer.startsWith(`${where}/`));
  return fault === undefined ? error : { ...error, code: 'invalid_text', message: fault.message };
}

function needsObject({ type, find }: ExternalListener): boolean {
  return type !== 'macro' || find !== undefined;
}

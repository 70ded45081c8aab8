import type { ExternalSource, FeedbackType } from '../document/schema.ts';
import { readParameter, topProperty } from '../json-pointer.ts';
import { canonicalEmail } from '../members.ts';
import type { ParameterError } from '../reply-errors.ts';
import { countCodePoints, describeType, readFieldValue } from '../tickets/field-value.ts';
import type { FieldValue, TicketState } from '../tickets/ticket.ts';
import { identifyGroup, resolveGroupName } from './group-reports.ts';

/** Longest submitter that is kept as given, in code points; an e-mail address itself has at most 254. */
const maxClaimedSubmitter = 1_000;

/** What a report says, as far as it can be told without looking anything up. */
export type ReportReading = {
  errors: ParameterError[];
  fields: Record<string, FieldValue>;
  state: TicketState | undefined;
  /** The submitter as given; undefined where none was. */
  givenSubmitter: string | undefined;
  /** The group of equal reports that it belongs to; undefined where it is not grouped. */
  group: string | undefined;
  ignoredParameters: string[];
};

/** Who a ticket is attributed to, once the members in question are known. */
export type SubmitterDecision =
  | { outcome: 'found'; email: string; claimed?: string }
  | { outcome: 'unknown-submitter'; error: ParameterError };

const nothing = { outcome: 'absent' } as const;

/** Reads a report by its source's mapping and lists every rejected parameter. */
export function readReport(
  source: ExternalSource,
  feedbackType: FeedbackType,
  body: Readonly<Record<string, unknown>>,
): ReportReading {
  const errors: ParameterError[] = [];
  const fields: Record<string, FieldValue> = {};
  for (const field of feedbackType.fields) {
    const parameter = Object.hasOwn(source.fields, field.key) ? source.fields[field.key] : undefined;
    const reading =
      parameter === undefined ? nothing : readFieldValue(field, readParameter(body, parameter), parameter);
    if (reading.outcome === 'rejected') errors.push(reading.error);
    if (reading.outcome === 'read') fields[field.key] = reading.value;
    // What is counted counts one, unless the report says how many.
    if (reading.outcome === 'absent' && field.key === source.group?.add) fields[field.key] = 1;
  }
  const givenSubmitter = readSubmitter(source, body, errors);
  const state = readState(source, feedbackType, body, errors);
  const group = identifyGroup(source, feedbackType, body, fields);
  return { errors, fields, state, givenSubmitter, group, ignoredParameters: findIgnored(source, feedbackType, body) };
}

/** The canonical addresses of the members that decide who the submitter is. */
export function submitterCandidates(source: ExternalSource, givenSubmitter: string | undefined): string[] {
  const candidates = [givenSubmitter, source.defaultSubmitter].map((text) =>
    text === undefined ? undefined : canonicalEmail(text),
  );
  return [...new Set(candidates.filter((email) => email !== undefined))];
}

/** Attributes a report: to the given submitter where that is a member, else to the default one, else to nobody. */
export function decideSubmitter(
  source: ExternalSource,
  givenSubmitter: string | undefined,
  isMember: (email: string) => boolean,
): SubmitterDecision {
  const email = givenSubmitter === undefined ? undefined : canonicalEmail(givenSubmitter);
  if (email !== undefined && isMember(email)) return { outcome: 'found', email };
  const fallback = source.defaultSubmitter === undefined ? undefined : canonicalEmail(source.defaultSubmitter);
  if (fallback !== undefined) {
    return { outcome: 'found', email: fallback, ...(givenSubmitter === undefined ? {} : { claimed: givenSubmitter }) };
  }
  const message =
    'The submitter is not a member of this project: add them as a member, or give the source a default submitter.';
  return { outcome: 'unknown-submitter', error: { parameter: source.submitter, code: 'unknown_submitter', message } };
}

function readSubmitter(
  source: ExternalSource,
  body: Readonly<Record<string, unknown>>,
  errors: ParameterError[],
): string | undefined {
  const parameter = source.submitter;
  const given = readParameter(body, parameter);
  if (given === undefined || given === null) {
    if (source.defaultSubmitter === undefined) {
      errors.push({ parameter, code: 'required', message: "The submitter's e-mail address is required." });
    }
    return undefined;
  }
  if (typeof given !== 'string') {
    const message = `The submitter is an e-mail address as text, not ${describeType(given)}.`;
    errors.push({ parameter, code: 'invalid_type', message });
    return undefined;
  }
  if (countCodePoints(given) > maxClaimedSubmitter) {
    const message = `The submitter has more than ${maxClaimedSubmitter} characters.`;
    errors.push({ parameter, code: 'too_long', message });
    return undefined;
  }
  return given;
}

function readState(
  source: ExternalSource,
  feedbackType: FeedbackType,
  body: Readonly<Record<string, unknown>>,
  errors: ParameterError[],
): TicketState | undefined {
  if (source.state !== undefined) return source.state;
  const parameter = source.statusParameter;
  const given = readParameter(body, parameter);
  const [workflow] = feedbackType.workflows;
  const allowed = workflow?.statuses.map((status) => status.key) ?? [];
  if (given === undefined || given === null) {
    errors.push({ parameter, code: 'required', message: 'The status of the new ticket is required.', allowed });
    return undefined;
  }
  if (typeof given !== 'string') {
    const message = `The status is a text, not ${describeType(given)}.`;
    errors.push({ parameter, code: 'invalid_type', message, allowed });
    return undefined;
  }
  const status = workflow?.statuses.find((candidate) => candidate.key === given);
  if (workflow === undefined || status === undefined) {
    const message = `'${given.slice(0, 100).toWellFormed()}' is not a status of ${workflow?.name ?? 'the workflow'}.`;
    errors.push({ parameter, code: 'unknown_status', message, allowed });
    return undefined;
  }
  return { team: status.team, workflow: workflow.key, status: status.key };
}

function findIgnored(
  source: ExternalSource,
  feedbackType: FeedbackType,
  body: Readonly<Record<string, unknown>>,
): string[] {
  const compared = (source.group?.by ?? []).map((name) => resolveGroupName(source, feedbackType, name).parameter);
  const parameters = [...Object.values(source.fields), source.submitter, ...compared];
  if (source.state === undefined) parameters.push(source.statusParameter);
  return findUnread(parameters, body);
}

/** The top-level properties of a body that none of the parameters reads: typos are seen at once. */
export function findUnread(parameters: readonly string[], body: Readonly<Record<string, unknown>>): string[] {
  const read = new Set(parameters.map(topProperty));
  // Where pointers lead into a property that holds nothing to be led into, none of them reads it.
  const whole = new Set(parameters.filter((parameter) => parameter.lastIndexOf('/') < 1).map(topProperty));
  const isReadInto = (property: string) => typeof body[property] === 'object' || whole.has(property);
  return Object.keys(body).filter((property) => !read.has(property) || !isReadInto(property));
}

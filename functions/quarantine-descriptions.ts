import * as z from 'zod';
import { ShownRun } from '../core/runs/show-run.ts';
import { InspectedCalls, OpenedInspector } from './admin-api/inspector-schemas.ts';
import {
  CorrectedSubmission,
  NewCorrection,
  NewResubmission,
  PassingSubmission,
  ReplayedSubmission,
  ReplayQuery,
  ResubmissionCheck,
  ShownSubmission,
  SubmissionPage,
  SubmissionsQuery,
} from './admin-api/quarantine-schemas.ts';
import { get, json, Location, list, remove } from './describe-route.ts';
import type { RouteDescription } from './route-descriptions.ts';

const ETag = z.object({ ETag: z.string().describe('The version, for `If-Match`.') });

/** The descriptions of the routes about what came in: rejected submissions, and the last calls of an endpoint. */
export const quarantineDescriptions = {
  'list-quarantine': list(
    'Quarantine',
    'List rejected submissions',
    'What sources with `keepRejected` rejected within 14 days, newest first.',
    SubmissionsQuery,
    SubmissionPage,
  ),
  'get-quarantined': {
    ...get('Quarantine', 'Get a rejected submission', ShownSubmission),
    description:
      'Its body exactly as it came, and why it was refused. For those who manage the project: nothing of it is masked.',
    answers: { 200: { description: 'As it is now.', headers: ETag, content: json(ShownSubmission) } },
  },
  'correct-quarantined': {
    tag: 'Quarantine',
    summary: 'Correct a rejected submission',
    description: 'A replay takes this body; the one that came stays beside it. `check` says what is still wrong.',
    headers: z.object({ 'If-Match': z.string().describe('The `ETag` of the version that is corrected.') }),
    body: json(NewCorrection, { body: { summary: 'Crash on start', severity: 'High' } }),
    answers: { 200: { description: 'It is corrected.', headers: ETag, content: json(CorrectedSubmission) } },
    refusals: [401, 403, 404, 413, 415, 428, 412, 400, 409, 503],
  },
  'delete-quarantined': remove('Quarantine', 'Delete a rejected submission', 'A ticket that it became stays.'),
  'replay-quarantined': {
    tag: 'Quarantine',
    summary: 'Take a rejected submission after all',
    description:
      'As its source takes a fresh one today, once: the ticket says of which submission it is a replay. It is refused as it would be at the source.',
    query: ReplayQuery,
    answers: {
      200: { description: 'A dry run: it would be taken.', content: json(PassingSubmission) },
      201: { description: 'The ticket.', headers: Location, content: json(ReplayedSubmission) },
    },
    refusals: [401, 403, 404, 413, 400, 409, 503],
  },
  'replay-quarantine': {
    tag: 'Quarantine',
    summary: 'Take many rejected submissions after all',
    description:
      'A run over all that wait, of one source, or named; oldest first. A dry run says how many would be taken, and of the others why not.',
    body: json(NewResubmission, { source: 'appcrashlog', dryRun: true }),
    answers: {
      200: { description: 'A dry run.', content: json(ResubmissionCheck) },
      202: { description: 'The run.', headers: Location, content: json(ShownRun) },
    },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'open-source-inspector': openInspector('source'),
  'show-source-calls': showCalls('source'),
  'close-source-inspector': closeInspector('source'),
  'open-listener-inspector': openInspector('listener'),
  'show-listener-calls': showCalls('listener'),
  'close-listener-inspector': closeInspector('listener'),
} satisfies Readonly<Record<string, RouteDescription>>;

function openInspector(endpoint: string): RouteDescription {
  return {
    tag: 'Inspector',
    summary: `Keep the last calls of a ${endpoint}`,
    description: 'For an hour from now, beginning within 10 seconds; each kept call goes after a day.',
    answers: { 200: { description: 'Until when.', content: json(OpenedInspector) } },
    refusals: [401, 403, 404, 503],
  };
}

function showCalls(endpoint: string): RouteDescription {
  return {
    ...get('Inspector', `Show the last calls of a ${endpoint}`, InspectedCalls),
    description:
      'The last 20 while the inspector was open, newest first, with the JSON Pointers of their bodies. Secrets and keys are masked.',
  };
}

function closeInspector(endpoint: string): RouteDescription {
  return remove('Inspector', `Keep no more calls of a ${endpoint}`, 'What was kept is forgotten.');
}

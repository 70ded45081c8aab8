import * as z from 'zod';
import { ShownRun } from '../core/runs/show-run.ts';
import { AutomationPage } from './admin-api/automation-schemas.ts';
import { DeliveryDetail } from './admin-api/delivery-schemas.ts';
import { NewReplay, NewRun, ResultPage, ResultsQuery } from './admin-api/run-schemas.ts';
import { DeliveriesQuery, DeliveryPage, EndpointList, PageQuery, ShownEndpoint } from './admin-api/schemas.ts';
import { get, json, Location, list } from './describe-route.ts';
import type { RouteDescription } from './route-descriptions.ts';

/** The descriptions of the routes about what is done: runs, deliveries, automations and endpoints. */
export const workDescriptions = {
  'start-run': {
    tag: 'Runs',
    summary: 'Run a macro',
    description:
      'Applies a macro to tickets or members: up to 10,000 that are named, or all that a filter finds. Up to 25 that are named are worked at once, and `results` says what became of each; others are counted first and worked in the background.',
    body: json(NewRun, { tickets: ['BUG-0001'] }),
    answers: {
      202: {
        description: 'The run, with results where it was worked at once.',
        headers: Location,
        content: json(ShownRun),
      },
    },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'get-run': get('Runs', 'Get a run', ShownRun),
  'list-run-results': list(
    'Runs',
    'List what became of the targets',
    "In the run's order, as far as it has come.",
    ResultsQuery,
    ResultPage,
  ),
  'confirm-run': askOfRun('Start a counted run', 'Of a run that waits for it, once it is counted.'),
  'cancel-run': askOfRun('Cancel a run', 'Targets at work finish, and no further ones are begun; it can be resumed.'),
  'resume-run': askOfRun('Resume a cancelled run', 'It goes on where it was; nothing is repeated.'),
  'retry-run': askOfRun('Retry the failed targets', 'In the same run; nothing else is repeated.'),
  'list-deliveries': list('Deliveries', 'List deliveries', 'Newest first.', DeliveriesQuery, DeliveryPage),
  'get-delivery': get('Deliveries', 'Get a delivery with its attempts', DeliveryDetail),
  'copy-as-curl': {
    tag: 'Deliveries',
    summary: 'Copy the request as a curl command',
    description: 'For a POSIX shell. Secrets are variables that are set first; comments at the top say which.',
    answers: { 200: { description: 'The command.', content: { 'text/plain': { schema: z.string() } } } },
    refusals: [401, 403, 404, 409, 503],
  },
  'replay-delivery': {
    tag: 'Deliveries',
    summary: 'Send a delivery again',
    description:
      'The request goes out again as it was recorded, under the same `webhook-id` and with `webhook-replay: true`.',
    answers: { 202: { description: 'The new delivery.', headers: Location, content: json(DeliveryDetail) } },
    refusals: [401, 403, 404, 409, 503],
  },
  'replay-deliveries': {
    tag: 'Deliveries',
    summary: 'Send many deliveries again',
    description:
      'A run over all settled deliveries that fulfil every given condition, oldest first, made no faster than `perSecond` a second: each goes out once more, as one that is sent again by itself. At least one condition is needed; replays are not sent again themselves.',
    body: json(NewReplay, { outcome: 'failed', macro: 'send-to-jira', confirm: true }),
    answers: { 202: { description: 'The run.', headers: Location, content: json(ShownRun) } },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'list-automations': list(
    'Automations',
    'List the automations with their runs',
    "In the document's order, each with when it runs next and how it went last.",
    PageQuery,
    AutomationPage,
  ),
  'list-endpoints': {
    tag: 'Endpoints',
    summary: 'List the webhook actions with their health',
    description: "All webhook actions of the document in force, in the document's order.",
    answers: { 200: { description: 'The list.', content: json(EndpointList) } },
    refusals: [401, 403, 404, 503],
  },
  'pause-endpoint': changeEndpoint('Pause a webhook action', 'Its deliveries wait, each for 14 days at most.'),
  'resume-endpoint': changeEndpoint(
    'Resume a webhook action',
    'What waits is brought back bit by bit, beginning within a minute.',
  ),
} satisfies Readonly<Record<string, RouteDescription>>;

function askOfRun(summary: string, description: string): RouteDescription {
  return {
    tag: 'Runs',
    summary,
    description,
    answers: { 202: { description: 'The run as it is now.', content: json(ShownRun) } },
    refusals: [401, 403, 404, 409, 503],
  };
}

function changeEndpoint(summary: string, description: string): RouteDescription {
  return {
    tag: 'Endpoints',
    summary,
    description,
    answers: { 200: { description: 'The webhook action as it is now.', content: json(ShownEndpoint) } },
    refusals: [401, 403, 404, 503],
  };
}

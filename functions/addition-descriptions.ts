import * as z from 'zod';
import { AddedComment, AppComment, ChangedFields, CheckedComment } from './add-to-ticket/answer.ts';
import { json } from './describe-route.ts';
import { ReceiveHeaders, ReceiveQuery } from './kit/call-options.ts';
import type { RouteDescription } from './route-descriptions.ts';
import type { RouteName, routes } from './routes.ts';

/** The names of the routes by which an app adds to a ticket that it created. */
type AdditionRouteName = {
  [Name in RouteName]: (typeof routes)[Name]['handledBy'] extends 'add-to-ticket' ? Name : never;
}[RouteName];

const Fields = z
  .record(z.string(), z.unknown())
  .describe("Values by the source's parameters, as in a report; what is not named stays, and null empties a field.")
  .meta({ id: 'Addition' });

const refusals: RouteDescription['refusals'] = [401, 404, 403, 429, 413, 415, 400, 503];

/** The descriptions of the routes by which an app adds to a ticket that it created, by their names. */
export const additionDescriptions: Readonly<Record<AdditionRouteName, RouteDescription>> = {
  'change-feedback': {
    tag: 'Feedback',
    summary: "Change a ticket's fields later",
    description:
      'For tickets that came through this source, with its key or signature. Only what is named changes, checked as in a report; all that it sets off is stored with it. A call that changes nothing is a success.',
    query: ReceiveQuery,
    body: json(Fields, { occurrences: 12, description: null }),
    answers: { 200: { description: 'The ticket afterwards.', content: json(ChangedFields) } },
    refusals,
  },
  'comment-on-feedback': {
    tag: 'Feedback',
    summary: 'Comment on a ticket later',
    description:
      'For tickets that came through this source, with its key or signature. The comment is public. A call that is repeated with the same `Idempotency-Key` and body within 24 hours answers with the comment that it wrote.',
    query: ReceiveQuery,
    headers: z.object({ 'Idempotency-Key': ReceiveHeaders.shape['idempotency-key'] }),
    body: json(AppComment, { text: 'It happens with the new version, too.' }),
    answers: {
      200: { description: 'A dry run: it would be written.', content: json(CheckedComment) },
      201: {
        description: 'The comment.',
        headers: z.object({ 'Idempotency-Replayed': z.literal('true').optional() }),
        content: json(AddedComment),
      },
    },
    refusals: [401, 404, 403, 429, 413, 415, 400, 422, 503],
  },
};

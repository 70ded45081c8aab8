import * as z from 'zod';
import type { ErrorBody } from '../core/reply-errors.ts';

/** How the API's description presents one kind of refusal. */
type Refusal = { id: string; description: string; example: ErrorBody; headers?: z.ZodObject };

const RetryAfter = z.object({ 'Retry-After': z.string().describe('Seconds to wait before the next try.') });

/** The refusals of the contract (docs/http.md) that occur today, by status. */
export const refusals = {
  400: {
    id: 'Rejected',
    description:
      'The body is not what it must be, or parameters are missing or rejected: every problem is listed at once.',
    example: {
      status: 400,
      description: '1 parameter was rejected.',
      errors: [
        {
          parameter: 'severity',
          code: 'invalid_choice',
          message: "'high' is not a choice of Severity.",
          allowed: ['Low', 'Medium', 'High', 'Critical'],
        },
      ],
    },
  },
  401: {
    id: 'UnknownCaller',
    description:
      'The API key, or what takes its place in `?upload=`, is missing or not valid; a disabled and an unknown key get the same answer.',
    example: { status: 401, description: 'The API key is not valid.' },
    headers: z.object({ 'WWW-Authenticate': z.string() }),
  },
  403: {
    id: 'NotAllowed',
    description: 'The caller is known and may not do this.',
    example: { status: 403, description: 'This API key does not open this source.' },
  },
  404: {
    id: 'NotFound',
    description: 'There is no such thing.',
    example: { status: 404, description: 'The requested resource could not be found.' },
  },
  409: {
    id: 'Conflict',
    description: 'What is there already stands in the way; the description says what.',
    example: { status: 409, description: 'There is an API key with the prefix mobile already.' },
  },
  412: {
    id: 'ChangedMeanwhile',
    description: '`If-Match` names another version than the present one.',
    example: {
      status: 412,
      description: 'The document was changed meanwhile: read it again and apply your change to it.',
    },
  },
  413: {
    id: 'TooLarge',
    description: 'The body is larger than 1 MiB, or a file larger than it may be.',
    example: { status: 413, description: 'A JSON body may have 1 MiB at most.' },
  },
  415: {
    id: 'WrongContentType',
    description: 'The content type is none that is taken here.',
    example: { status: 415, description: 'Send JSON, with the content type application/json.' },
  },
  422: {
    id: 'KeyReused',
    description: 'The `Idempotency-Key` was used with a different body.',
    example: {
      status: 422,
      description: 'This Idempotency-Key was used with a different body: take a new key for a new report.',
    },
  },
  428: {
    id: 'VersionRequired',
    description: '`If-Match` is missing where it is required.',
    example: { status: 428, description: 'Say with If-Match which version you change.' },
  },
  429: {
    id: 'TooMany',
    description: 'The rate of the key, or that of the source or listener, is spent.',
    example: { status: 429, description: 'This API key may make 60 calls a minute: try again in 12 seconds.' },
    headers: RetryAfter,
  },
  503: {
    id: 'Busy',
    description: 'Contention or throttling outlasted our own tries. What was asked for was not done: repeat the call.',
    example: { status: 503, description: 'Too much is going on at once. Try again shortly.' },
    headers: RetryAfter,
  },
} satisfies Record<number, Refusal>;

/** The status of one of {@link refusals}. */
export type RefusalStatus = keyof typeof refusals;

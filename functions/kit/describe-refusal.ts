import { ErrorBody } from '../../core/reply-errors.ts';
import type { CallFacts } from './activity-log.ts';
import type { HttpReply } from './http.ts';

/** What a key's activity says of a call that was refused: every reason that its sender was told. */
export function describeRefusal({ status, json }: HttpReply): CallFacts {
  const { description, errors = [] } = ErrorBody.parse(json);
  const reasons = errors.map(({ parameter, message }) => `${parameter}: ${message}`);
  return { status, outcome: 'refused', reason: [description, ...reasons].join(' ') };
}

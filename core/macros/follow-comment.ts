import type { ChangeCause } from '../records/change.ts';
import type { Comment } from '../records/comment.ts';
import { followChange } from './begin-chain.ts';
import type { ChainInput, Consequence } from './chain.ts';

/** A comment that no macro makes: what it says, who wrote it, and what history says of that. */
export type WrittenComment = Pick<Comment, 'text' | 'visibility' | 'by'> & { cause: ChangeCause };

/** Decides what a comment on a record sets off: it is a modification. */
export function followComment(
  input: ChainInput,
  { cause, ...written }: WrittenComment,
): { comment: Comment; consequence: Consequence } {
  const { context, newId } = input;
  const comment: Comment = { id: newId(), ...written, createdAt: context.now };
  const consequence = followChange(input, {
    context,
    cause,
    changes: [{ path: 'comment', to: comment.id }],
    comments: [comment],
    lookups: { added: [], removed: [] },
  });
  return { comment, consequence };
}

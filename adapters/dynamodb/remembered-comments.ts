import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { OnceMark } from './consequences.ts';
import { idempotencyKey } from './keys.ts';
import type { Table } from './table.ts';

/** How long a comment with an `Idempotency-Key` is remembered, in seconds (docs/http.md). */
const rememberedSeconds = 24 * 60 * 60;

/** A comment by the name that the app of a source gave the call. */
export type NamedComment = { project: string; source: string; ticket: string; givenKey: string };

/** What is remembered of it; its text is in whatever is sent again. */
const RememberedComment = z.object({ bodyHash: z.string(), id: z.string(), createdAt: z.string(), expiresAt: z.int() });
export type RememberedComment = z.infer<typeof RememberedComment>;

/** Reads what is remembered of a comment, consistently; expired memory is none, even where it is not deleted yet. */
export async function findRememberedComment(
  table: Table,
  named: NamedComment,
  now: number,
): Promise<RememberedComment | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: keyOf(named), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const comment = RememberedComment.parse(Item);
  return comment.expiresAt * 1000 > now ? comment : undefined;
}

/** The mark that a comment is written, for the transaction that writes it. */
export function rememberedCommentMark(
  named: NamedComment,
  remembered: Omit<RememberedComment, 'expiresAt'>,
  now: number,
): OnceMark {
  const nowSeconds = Math.floor(now / 1000);
  const expiresAt = nowSeconds + rememberedSeconds;
  return {
    item: { ...keyOf(named), ...remembered, type: 'remembered-comment', version: 1, expiresAt },
    // An expired memory may still lie in the table: TTL deletes late.
    unless: { condition: 'expiresAt <= :now', values: { ':now': nowSeconds } },
  };
}

/** Reports and comments have names of their own: no header holds a line break. */
function keyOf({ project, source, ticket, givenKey }: NamedComment) {
  return idempotencyKey(project, source, `${ticket}\n${givenKey}`);
}

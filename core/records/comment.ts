import * as z from 'zod';

/** Longest comment, in code points: as long as a longText may be by default (product.md, "Fields and values"). */
export const maxCommentLength = 30_000;

/** A remark on a record; `public` ones are meant for testers as well. */
export const Comment = z
  .object({
    id: z.string(),
    text: z.string(),
    visibility: z.enum(['internal', 'public']),
    by: z.object({
      kind: z.enum(['person', 'source', 'macro', 'listener']),
      key: z.string().optional(),
      email: z.string().optional(),
    }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Comment' });
export type Comment = z.infer<typeof Comment>;

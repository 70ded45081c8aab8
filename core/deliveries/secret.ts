import * as z from 'zod';

/** What is shown of a secret: never its value. */
export const ListedSecret = z
  .object({
    name: z.string(),
    hosts: z.array(z.string()).optional().describe('The only hosts it is sent to; any where absent.'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Secret' });
export type ListedSecret = z.infer<typeof ListedSecret>;

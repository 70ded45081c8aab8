import * as z from 'zod';

/** The query of the page by which a person turns their notifications off. */
export const NotificationsQuery = z.object({
  c: z.string().describe('What says whose notifications of which project are meant, from the link in an e-mail.'),
});

/** The query of a choice: off, unless said otherwise, since mail programs add nothing to the link. */
export const ChoiceQuery = NotificationsQuery.extend({
  on: z.enum(['true', 'false']).optional().describe('`true` turns them on again.'),
});

import * as z from 'zod';

/** What confirms that a project is to be deleted. */
export const ProjectRemoval = z
  .strictObject({ key: z.string().describe('The key of the project, once more.') })
  .meta({ id: 'ProjectRemoval' });

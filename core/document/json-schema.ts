import * as z from 'zod';
import { ProjectDocument } from './schema.ts';

/**
 * The JSON Schema of a project document, for editors. Draft 7, because that is what the YAML language server and most
 * editors know; what a schema cannot say (references, templates) is checked on apply.
 */
export function documentJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(ProjectDocument, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    title: 'Feedbridge project document',
    ...schema,
  };
}

import * as z from 'zod';
import { Key, VariableName } from '../core/document/schema-names.ts';
import { ApiKeyPrefix } from '../core/keys/api-key.ts';

/** The variables of the routes' paths by name: each means the same wherever it stands. */
export const pathParameters: Readonly<Record<string, z.ZodType>> = {
  project: Key.meta({ description: "The project's key.", example: 'apollo' }),
  source: Key.meta({ description: "The external source's key, or a former one.", example: 'appcrashlog' }),
  listener: Key.meta({ description: "The external listener's key, or a former one.", example: 'jirastatus' }),
  ticket: z.string().meta({ description: "The ticket's id.", example: 'BUG-0001' }),
  parameter: z.string().meta({ description: 'The parameter of an attachment field.', example: 'screenshot' }),
  attachment: z.string().meta({ description: "The attachment's id." }),
  capability: z.string().meta({ description: 'What lets its holder open one file, as links have it.' }),
  email: z.string().meta({ description: "The member's e-mail address.", example: 'jim@example.com' }),
  macro: Key.meta({ description: "The macro's key.", example: 'send-to-jira' }),
  action: Key.meta({ description: "The action's key, or its kind and place.", example: 'webhook-1' }),
  import: z.string().meta({ description: "The import's id." }),
  piece: z.int().min(1).max(20).meta({ description: 'The number of a piece of the file.', example: 1 }),
  run: z.string().meta({ description: "The run's id." }),
  version: z.int().describe('The number of a version of the document.'),
  delivery: z.string().meta({ description: "The delivery's id." }),
  submission: z.string().meta({ description: 'The id of a rejected submission, as its refusal named it.' }),
  name: VariableName.meta({ description: "The secret's name.", example: 'jira' }),
  prefix: ApiKeyPrefix.meta({ description: "The API key's prefix.", example: 'mobile' }),
  file: z.string().meta({ description: 'A file that the reference page loads.', example: 'swagger-ui.css' }),
};

import { documentJsonSchema } from '../core/document/json-schema.ts';

// Regenerates docs/project-document.schema.json: npm run schema
process.stdout.write(`${JSON.stringify(documentJsonSchema(), null, 2)}\n`);

import { documentJsonSchema } from './json-schema.ts';

// Regenerates the published file: node core/document/print-schema.ts > docs/project-document.schema.json
process.stdout.write(`${JSON.stringify(documentJsonSchema(), null, 2)}\n`);

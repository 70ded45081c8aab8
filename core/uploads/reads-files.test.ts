import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ProjectDocument } from '../document/schema.ts';
import { readsFiles } from './reads-files.ts';

function exampleWith(change: (document: ProjectDocument) => void = () => undefined): ProjectDocument {
  const document = ProjectDocument.parse(parse(readFileSync('examples/apollo.yaml', 'utf8')));
  change(document);
  return document;
}

describe('a project reads files', () => {
  test('where a template or a condition names its attachments or an attachment field, and not otherwise', () => {
    expect(readsFiles(exampleWith())).toBe(false);
    for (const name of ['((attachments))', '((Screenshot))', '((crash-log))', '((field.screenshot))']) {
      const reads = exampleWith(({ macros }) => {
        const [action] = macros[2]?.actions ?? [];
        if (action?.kind === 'webhook') action.body = `{"text": "${name}"}`;
      });
      expect(readsFiles(reads), name).toBe(true);
    }
    const filtered = exampleWith(({ filters }) => {
      filters.push({ key: 'shot', name: 'Shot', target: 'ticket', where: { field: 'screenshot', op: 'isNotEmpty' } });
    });
    expect(readsFiles(filtered)).toBe(true);
  });
});

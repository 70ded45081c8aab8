import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { Failure, messageOf } from '../failure.ts';

/** A project document as it is sent. */
export type DocumentFile = { name: string; text: string; contentType: string; project: string };

/** Reads a document from a file, or from stdin where it is called `-`; the project is the document's own unless it is named. */
export function readDocumentFile(name: string, project: string | undefined): DocumentFile {
  const text = readText(name);
  const isJson = name.endsWith('.json') || /^\s*\{/.test(text);
  // Every JSON text is YAML; what is wrong with the text, the server says with line and column.
  const key: unknown = parseDocument(text, { logLevel: 'silent' }).getIn(['project', 'key']);
  const found = project ?? (typeof key === 'string' && key !== '' ? key : undefined);
  if (found === undefined) {
    throw new Failure(
      'refused',
      `${name} does not say which project it is for: give it a project.key, or name one with --project.`,
    );
  }
  return { name, text, contentType: isJson ? 'application/json' : 'application/yaml', project: found };
}

function readText(name: string): string {
  try {
    return readFileSync(name === '-' ? 0 : name, 'utf8');
  } catch (error) {
    throw new Failure('misused', `${name} cannot be read (${messageOf(error)}).`);
  }
}

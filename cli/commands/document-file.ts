import { parseDocument } from 'yaml';
import { Failure } from '../failure.ts';
import { readTextInput } from '../read-input.ts';

/** A project document as it is sent. */
export type DocumentFile = { name: string; text: string; contentType: string; project: string };

/** Reads a document from a file, or from stdin where it is called `-`; the project is the document's own unless it is named. */
export async function readDocumentFile(name: string, project: string | undefined): Promise<DocumentFile> {
  const text = await readTextInput(name);
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

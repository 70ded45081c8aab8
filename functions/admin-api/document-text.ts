import { stringify } from 'yaml';
import type { DocumentFormat } from './accept-type.ts';

/** Largest document, in bytes, in any format (product.md: 1 MiB). */
export const maxDocumentBytes = 1_048_576;

/** Writes a document so that it can be applied again as it is. */
export function writeDocument(document: unknown, format: DocumentFormat): { body: string; contentType: string } {
  const json = JSON.stringify(document);
  if (format === 'json') return { body: json, contentType: 'application/json; charset=utf-8' };
  const yaml = stringify(document, { version: '1.2', schema: 'core', lineWidth: 0, aliasDuplicateObjects: false });
  // JSON is YAML too: what indentation would take over the limit is written without any.
  const body = Buffer.byteLength(yaml) > maxDocumentBytes ? json : yaml;
  return { body, contentType: 'application/yaml; charset=utf-8' };
}

import { Document, Scalar, visit } from 'yaml';
import type { DocumentFormat } from './accept-type.ts';

/** Largest document, in bytes, in any format (product.md: 1 MiB). */
export const maxDocumentBytes = 1_048_576;

/** Writes a document so that it can be applied again as it is. */
export function writeDocument(document: unknown, format: DocumentFormat): { body: string; contentType: string } {
  const json = JSON.stringify(document);
  if (format === 'json') return { body: json, contentType: 'application/json; charset=utf-8' };
  const yaml = writeYaml(document);
  // JSON is YAML too: what indentation would take over the limit is written without any.
  const body = Buffer.byteLength(yaml) > maxDocumentBytes ? json : yaml;
  return { body, contentType: 'application/yaml; charset=utf-8' };
}

function writeYaml(value: unknown): string {
  const document = new Document(value, { version: '1.2', schema: 'core', aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string') scalar.type = styleOf(scalar.value);
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Only a quoted text keeps every character: spaces at the ends of lines, controls and other line breaks need it. */
function styleOf(text: string): Scalar.Type {
  if (/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]|[^\S\n](?:\n|$)|^\s/u.test(text)) return Scalar.QUOTE_DOUBLE;
  return text.includes('\n') ? Scalar.BLOCK_LITERAL : Scalar.PLAIN;
}

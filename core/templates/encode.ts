import type { TagEncoding, TemplateContext } from './template.ts';

/** All but what a JSON string holds as it stands; lone surrogates are among the rest (RFC 8259, section 7). */
const needsJsonEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Writes a text for its place; a header's must have passed `findHeaderFault`. */
export function encodeText(encoding: TagEncoding, text: string): string {
  switch (encoding) {
    case 'json-string':
      // Short texts mostly have nothing to escape, and finding that out is cheaper than a copy.
      return needsJsonEscape.test(text) ? JSON.stringify(text).slice(1, -1) : text;
    case 'json-value':
      return JSON.stringify(text);
    case 'url-component':
      return encodeUrlComponent(text);
    case 'form':
      return encodeForm(text);
    case 'xml':
      return encodeXml(text);
    case 'url-start':
    case 'header':
    case 'text':
      return text;
  }
}

/** Writes the author's own text: a form's values are plain text in the document, all else is already as it is sent. */
export function encodeStatic(context: TemplateContext, text: string): string {
  return context === 'form' ? encodeForm(text) : text;
}

/** Leaves only the unreserved characters of RFC 3986. */
function encodeUrlComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, percentEncode);
}

/** Writes a name or value of `application/x-www-form-urlencoded` (WHATWG URL, section 5.2). */
export function encodeForm(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%20/g, '+')
    .replace(/[!'()~]/g, percentEncode);
}

function percentEncode(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

const xmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

/** Escapes markup; what no XML 1.0 document can hold (section 2.2) becomes U+FFFD. */
function encodeXml(text: string): string {
  return text.toWellFormed().replace(/[&<>"'\r]|[^\t\n\r\u0020-\ufffd]/g, (char) => xmlEscapes[char] ?? '\ufffd');
}

/** The first character that a header cannot carry, in words that do not quote it. */
export function findHeaderFault(text: string): { what: string; index: number } | undefined {
  const index = text.search(/[^\u0020-\u007e\u00a0-\u00ff]/);
  if (index === -1) return undefined;
  const code = text.charCodeAt(index);
  if (code === 0x0a || code === 0x0d) return { what: 'a line break', index };
  return { what: code > 0xff ? 'a character beyond Latin-1' : 'a control character', index };
}

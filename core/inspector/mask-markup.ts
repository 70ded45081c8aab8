import { isSecretName, namesSecret } from './secret-names.ts';

const mask = '***';
const tag = /<([A-Za-z_][\w:.-]{0,100})((?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)?)>/g;
const naming = /\b(?:name|key|id|field|header|property)\s{0,3}=\s{0,3}["']([^"'<>]{1,100})["']/gi;
/** The head of a form's part, or an attribute of what is no whole element. */
const partName =
  /\b(?:name|key|id|field|header|property)\*?\s{0,3}=\s{0,3}\\?["']([^"'\r\n<>]{1,100})["']|form-data;[ \t]{0,5}name=([^\s;"']{1,100})/gi;

/** Masks what elements hold whose name, or an attribute that names them, names a secret. */
export function maskElements(text: string): string {
  let kept = '';
  let position = 0;
  for (const { 0: whole, 1: name = '', 2: attributes = '', index } of text.matchAll(tag)) {
    if (index < position) continue;
    const isNamed = [...attributes.matchAll(naming)].some(([, value]) => isSecretName(value));
    if (!isNamed && !namesSecret(name)) continue;
    kept += text.slice(position, index) + (isNamed ? `<${name} ${mask}` : whole.slice(0, -1));
    position = index + whole.length - 1;
    if (attributes.endsWith('/')) continue;
    const end = findEnd(text, position + 1, name);
    kept += `>${mask}`;
    position = end;
  }
  return kept + text.slice(position);
}

/** Where the content of an element ends: at its closing tag, or with the text. */
function findEnd(text: string, start: number, name: string): number {
  const isLiteral = text
    .slice(start, start + 50)
    .trimStart()
    .startsWith('<![CDATA[');
  const from = isLiteral ? text.indexOf(']]>', start) : start;
  const end = from === -1 ? -1 : text.indexOf(`</${name}`, from);
  return end === -1 ? text.length : end;
}

/** Masks what follows where a part of a form is called a secret's name, up to the next part. */
export function maskParts(text: string): string {
  let kept = '';
  let position = 0;
  for (const { 0: whole, 1: quoted, 2: bare, index } of text.matchAll(partName)) {
    if (index < position || !namesSecret(quoted ?? bare ?? '')) continue;
    const start = index + whole.length;
    const next = text.indexOf('\n--', start);
    kept += `${text.slice(position, start)}${mask}`;
    position = next === -1 ? text.length : next;
  }
  return kept + text.slice(position);
}

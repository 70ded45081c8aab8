import { type SignedPiece, type SigningSteps, uses } from './signing-steps.ts';
import { keyVariable, type SnippetRequest, secretVariable } from './snippet-request.ts';
import { writeLiteral } from './write-literal.ts';

/** A module for Node 18 and later, and for pages where the source takes no signature. */
export function writeJavaScript({ url, body, apiKey, signing }: SnippetRequest): string {
  const headers = [
    `'Content-Type': 'application/json',`,
    ...(apiKey === undefined ? [] : [`'X-Api-Key': process.env.${keyVariable} ?? '',`]),
    ...(signing?.headers.map(({ name, value }) => `${JSON.stringify(name)}: ${join(value)},`) ?? []),
  ];
  const lines = [
    ...(signing === undefined ? [] : [`import { createHmac, randomUUID } from 'node:crypto';`, '']),
    ...(apiKey === undefined ? [] : [`// ${keyVariable}: the API key that begins with ${apiKey}-`]),
    `const body = JSON.stringify(${writeLiteral(body, syntax)});`,
    ...(signing === undefined ? [] : sign(signing)),
    `const response = await fetch(${JSON.stringify(url)}, {`,
    `  method: 'POST',`,
    '  headers: {',
    ...headers.map((header) => `    ${header}`),
    '  },',
    '  body,',
    '});',
    'console.log(response.status, await response.json());',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const syntax = {
  object: ['{', '}', '}'],
  empty: '{}',
  // Written plainly, this name would set the prototype (ECMAScript, B.3.1).
  name: (name: string) => (name === '__proto__' ? '["__proto__"]' : JSON.stringify(name)),
  text: (text: string) => JSON.stringify(text),
} as const;

function sign(steps: SigningSteps): string[] {
  const { secretEncoding, message, digest, encoding } = steps;
  const times = {
    s: 'String(Math.floor(Date.now() / 1000))',
    ms: 'String(Date.now())',
    iso: 'new Date().toISOString()',
  };
  const secret = `process.env.${secretVariable} ?? ''`;
  const key = secretEncoding === 'text' ? secret : `Buffer.from((${secret}).replace(/^whsec_/, ''), 'base64')`;
  return [
    `// ${secretVariable}: the secret ${steps.secret}`,
    `const key = ${key};`,
    ...(uses(steps, 'timestamp') ? [`const timestamp = ${times[steps.timestampUnit]};`] : []),
    ...(uses(steps, 'id') ? [`const id = 'msg_' + randomUUID();`] : []),
    `const signature = createHmac('${digest}', key).update(${join(message)}).digest('${encoding}');`,
  ];
}

function join(pieces: readonly SignedPiece[]): string {
  const parts = pieces.filter((piece) => 'value' in piece || piece.text !== '');
  return parts.map((piece) => ('value' in piece ? piece.value : JSON.stringify(piece.text))).join(' + ');
}

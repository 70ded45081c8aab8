import { quoteWord, type ShellPiece } from '../shell-word.ts';
import { type SignedPiece, type SigningSteps, uses } from './signing-steps.ts';
import { keyVariable, type SnippetRequest, secretVariable } from './snippet-request.ts';

/** Commands for a POSIX shell; a signature takes OpenSSL. */
export function writeCurl({ url, body, apiKey, signing }: SnippetRequest): string {
  const json = JSON.stringify(body, null, 2);
  const key: ShellPiece[][] = apiKey === undefined ? [] : [[{ text: 'X-Api-Key: ' }, { variable: keyVariable }]];
  const signed = signing?.headers.map(({ name, value }) => [{ text: `${name}: ` }, ...value.map(toShell)]) ?? [];
  const headers = [[{ text: 'Content-Type: application/json' }], ...key, ...signed];
  const call = [
    `curl --include --request POST ${quoteWord([{ text: url }])}`,
    ...headers.map((header) => `--header ${quoteWord(header)}`),
    `--data-raw ${signing === undefined ? quoteWord([{ text: json }]) : '"$body"'}`,
  ];
  const lines = [
    ...(apiKey === undefined ? [] : [`# ${keyVariable}: the API key that begins with ${apiKey}-`]),
    ...(signing === undefined ? [] : sign(signing, json)),
    call.join(' \\\n  '),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function sign(steps: SigningSteps, json: string): string[] {
  const { message, digest, encoding, secretEncoding } = steps;
  const times = {
    s: '$(date +%s)',
    ms: '$(date +%s)000',
    iso: '$(date -u +%Y-%m-%dT%H:%M:%SZ)',
  };
  const key = secretEncoding === 'text' ? `"key:$${secretVariable}"` : '"hexkey:$key"';
  const write = encoding === 'base64' ? 'openssl base64 -A' : "od -An -v -tx1 | tr -d ' \\n'";
  return [
    `# ${secretVariable}: the secret ${steps.secret}`,
    `body=${quoteWord([{ text: json }])}`,
    ...(uses(steps, 'timestamp') ? [`timestamp=${times[steps.timestampUnit]}`] : []),
    ...(uses(steps, 'id') ? ['id=msg_$(openssl rand -hex 12)'] : []),
    ...(secretEncoding === 'text'
      ? []
      : [`key=$(printf '%s' "\${${secretVariable}#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')`]),
    // printf uses its format again for each argument, so they come one after another.
    `signature=$(printf '%s' ${message.map((piece) => quoteWord([toShell(piece)])).join(' ')} |`,
    `  openssl dgst -${digest} -mac HMAC -macopt ${key} -binary | ${write})`,
  ];
}

function toShell(piece: SignedPiece): ShellPiece {
  return 'value' in piece ? { variable: piece.value } : piece;
}

import type { SignatureScheme } from '../document/schema-signatures.ts';

/** What a request's headers present, its signatures decoded. */
export type SignedHeaders = { signatures: readonly Buffer[]; timestamp: string; id: string };

/** Reading them, or why they cannot be; `missingHeader` is the one that was not sent. */
export type SignedHeadersReading =
  | { outcome: 'read'; presented: SignedHeaders }
  | { outcome: 'refused'; reason: string; missingHeader?: string };

/** Most signatures of one request that are compared. */
const maxSignatures = 20;

const digestBytes = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** Reads what a scheme expects in the headers, whose names are in lower case. */
export function readSignedHeaders(
  scheme: SignatureScheme,
  headers: Readonly<Record<string, string>>,
): SignedHeadersReading {
  const { message, header, timestampHeader = '', idHeader = '' } = scheme;
  const needed = [
    header,
    ...(message.includes('timestamp') ? [timestampHeader] : []),
    ...(message.includes('id') ? [idHeader] : []),
  ];
  const missingHeader = needed.find((name) => readHeader(headers, name) === '');
  if (missingHeader !== undefined) {
    return { outcome: 'refused', reason: `the header ${missingHeader} is missing`, missingHeader };
  }
  const given = splitHeader(scheme, readHeader(headers, header)).flatMap((part) => stripPrefix(part, scheme.prefix));
  const signatures = given.slice(0, maxSignatures).flatMap((text) => decodeSignature(text, scheme));
  if (signatures.length === 0) {
    const form = `${scheme.prefix ?? ''}<${scheme.encoding === 'hex' ? 'hexadecimal' : 'Base64'}>`;
    const what = `${digestBytes[scheme.digest]} bytes as ${form}`;
    return { outcome: 'refused', reason: `the header ${header} holds no signature, which is ${what}` };
  }
  const timestamp = message.includes('timestamp') ? readTimestampText(scheme, headers) : '';
  if (timestamp === undefined) {
    const reason = `the header ${timestampHeader} holds no timestamp, which begins with ${scheme.timestampPrefix}`;
    return { outcome: 'refused', reason };
  }
  const id = message.includes('id') ? readHeader(headers, idHeader) : '';
  if (blursTheMessage(message, id)) {
    return { outcome: 'refused', reason: `the header ${idHeader} holds what the signed message puts after the id` };
  }
  return { outcome: 'read', presented: { signatures, timestamp, id } };
}

function readHeader(headers: Readonly<Record<string, string>>, name: string): string {
  const key = name.toLowerCase();
  return (Object.hasOwn(headers, key) ? headers[key] : undefined)?.trim() ?? '';
}

function readTimestampText(scheme: SignatureScheme, headers: Readonly<Record<string, string>>): string | undefined {
  const value = readHeader(headers, scheme.timestampHeader ?? '');
  if (scheme.timestampPrefix === undefined) return value;
  return splitHeader(scheme, value).flatMap((part) => stripPrefix(part, scheme.timestampPrefix))[0];
}

function splitHeader({ separator }: SignatureScheme, value: string): string[] {
  return separator === undefined ? [value] : value.split(separator).map((part) => part.trim());
}

function stripPrefix(part: string, prefix = ''): string[] {
  return part.startsWith(prefix) ? [part.slice(prefix.length)] : [];
}

/** The bytes of a signature; none where they are not written in the one way that the encoding has for them. */
function decodeSignature(text: string, { encoding, digest }: SignatureScheme): Buffer[] {
  const bytes = Buffer.from(text, encoding);
  if (bytes.length !== digestBytes[digest]) return [];
  const isExact =
    encoding === 'hex'
      ? bytes.toString('hex') === text.toLowerCase()
      : unpadded(bytes.toString('base64')) === unpadded(text);
  return isExact ? [bytes] : [];
}

function unpadded(base64: string): string {
  return base64.replace(/={1,2}$/, '');
}

/** An id that holds the text which ends it in the message could be read as a shorter id with another timestamp or body. */
function blursTheMessage(message: readonly string[], id: string): boolean {
  const names = ['timestamp', 'id', 'body', 'url', 'method'];
  return message.some((part, place) => {
    const next = message[place + 1];
    return part === 'id' && next !== undefined && !names.includes(next) && id.includes(next);
  });
}

import type { Signature } from '../document/schema-signatures.ts';
import { readScheme } from '../signatures/presets.ts';

/** A part of what is signed or sent: text, or what is only known as the call is made. */
export type SignedPiece = { text: string } | { value: 'body' | 'timestamp' | 'id' | 'signature' };

/** How a call is signed: the message, the key and the headers that carry what comes of it. */
export type SigningSteps = {
  secret: string;
  secretEncoding: 'text' | 'base64';
  digest: 'sha1' | 'sha256' | 'sha512';
  encoding: 'hex' | 'base64';
  timestampUnit: 's' | 'ms' | 'iso';
  message: SignedPiece[];
  headers: { name: string; value: SignedPiece[] }[];
};

/** The steps by which a call to a URL of ours is signed as a source asks it to be. */
export function signingSteps(signature: Signature, { method, url }: { method: string; url: string }): SigningSteps {
  const scheme = readScheme(signature);
  const { digest, encoding, timestampUnit, secretEncoding, header, message } = scheme;
  const [secret = ''] = [signature.secret].flat();
  const timestamp: SignedPiece[] = [{ text: scheme.timestampPrefix ?? '' }, { value: 'timestamp' }];
  const signed: SignedPiece[] = [{ text: scheme.prefix ?? '' }, { value: 'signature' }];
  const inOne = scheme.timestampHeader?.toLowerCase() === header.toLowerCase();
  const hasTimestamp = scheme.timestampHeader !== undefined && message.includes('timestamp');
  return {
    ...{ secret, secretEncoding, digest, encoding, timestampUnit },
    message: message.map((part): SignedPiece => {
      if (part === 'body' || part === 'timestamp' || part === 'id') return { value: part };
      return { text: part === 'method' ? method : part === 'url' ? url : part };
    }),
    headers: [
      ...(scheme.idHeader !== undefined && message.includes('id')
        ? [{ name: scheme.idHeader, value: [{ value: 'id' as const }] }]
        : []),
      ...(hasTimestamp && !inOne ? [{ name: scheme.timestampHeader ?? '', value: timestamp }] : []),
      {
        name: header,
        value: hasTimestamp && inOne ? [...timestamp, { text: scheme.separator ?? ',' }, ...signed] : signed,
      },
    ],
  };
}

/** Whether something is part of what is signed or sent. */
export function uses({ message, headers }: SigningSteps, name: 'timestamp' | 'id'): boolean {
  return [...message, ...headers.flatMap(({ value }) => value)].some(
    (piece) => 'value' in piece && piece.value === name,
  );
}

import { type DecodedText, decodeTexts } from './decoded-texts.ts';
import { countBegun, findOccurrences, makeNeedle, type Needle } from './find-occurrences.ts';

/** A stretch of a text that is masked. */
export type Span = { start: number; end: number };

/** A beginning of fewer characters stands at the end of ordinary texts by chance. */
const minBegun = 8;

/** What of a secret is looked for: itself, and the Base64 digits that are its own, for each way Base64 can align with it. */
export type SecretNeedles = { plain: Needle; base64: { needle: Needle; before: number; after: number }[] };

/** Prepares a secret to be looked for; also without the line break or spaces it may have been stored with. */
export function secretNeedles(secret: string, minLength: number): SecretNeedles[] {
  const trimmed = secret.trim();
  const forms = trimmed === secret || trimmed.length < minLength ? [secret] : [secret, trimmed];
  return forms.map((form) => ({
    plain: makeNeedle(form),
    base64: [0, 1, 2].map((offset) => base64Needle(form, offset)),
  }));
}

/** Finds secrets in a text: raw, percent-, form-, JSON- and XML-escaped, also one after the other, and in Base64. */
export function findSecrets(text: string, secrets: readonly SecretNeedles[]): Span[] {
  if (secrets.length === 0) return [];
  return decodeTexts(text).flatMap(({ depth, decoded }) => [
    ...secrets.flatMap(({ plain }) => findPlain(decoded, plain)),
    ...(depth < 2 ? secrets.flatMap((secret) => findBase64(decoded, secret)) : []),
  ]);
}

function findPlain({ text, starts }: DecodedText, needle: Needle): Span[] {
  const spans = findOccurrences(text, needle).map((index) => ({
    start: starts[index] ?? 0,
    end: starts[index + needle.text.length] ?? 0,
  }));
  // An answer is cut at 256 KB: what is left of a secret at its end is masked as well.
  const begun = countBegun(text, needle);
  return begun < minBegun
    ? spans
    : [...spans, { start: starts[text.length - begun] ?? 0, end: starts[text.length] ?? 0 }];
}

const base64Digit = /^[A-Za-z0-9+/]$/;

function findBase64({ text, starts }: DecodedText, { base64 }: SecretNeedles): Span[] {
  const digits = text.replaceAll('-', '+').replaceAll('_', '/');
  return base64.flatMap(({ needle, before, after }) =>
    findOccurrences(digits, needle).map((index) => {
      // The digits on either side hold bits of the secret beside those of its neighbours; the padding ends with it.
      let end = index + needle.text.length;
      if (after > 0 && base64Digit.test(digits.charAt(end))) end += 1;
      while (digits.charAt(end) === '=') end += 1;
      const start = before > 0 && base64Digit.test(digits.charAt(index - 1)) ? index - 1 : index;
      return { start: starts[start] ?? 0, end: starts[end] ?? 0 };
    }),
  );
}

/** The digits that a secret alone decides where it begins `offset` bytes after a group of three. */
function base64Needle(secret: string, offset: number): SecretNeedles['base64'][number] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret, 'utf8')]);
  const digits = bytes.toString('base64').replaceAll('=', '');
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor((bytes.length * 8) / 6);
  return {
    needle: makeNeedle(digits.slice(first, last)),
    before: offset === 0 ? 0 : 1,
    after: (bytes.length * 8) % 6 === 0 ? 0 : 1,
  };
}

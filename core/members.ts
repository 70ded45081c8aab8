/** Longest e-mail address, in characters (product.md, "Words"; RFC 5321 allows no longer path). */
const maxEmailLength = 254;
const email = /^[^@]+@[^@]+$/u;
/** Marks that change the direction of text, and spaces without width, can make one address look like another. */
const spaceOrControl = /[\p{White_Space}\p{Cc}\p{Bidi_Control}\u200b\ufeff]/u;

/** The form of an e-mail address by which members are compared: lower-cased, in NFC; undefined where the text is none. */
export function canonicalEmail(text: string): string | undefined {
  if (!text.isWellFormed() || spaceOrControl.test(text) || !email.test(text)) return undefined;
  const canonical = text.normalize('NFC').toLowerCase().normalize('NFC');
  return [...canonical].length <= maxEmailLength ? canonical : undefined;
}

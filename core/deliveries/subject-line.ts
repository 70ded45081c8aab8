/** Longest subject, in code units: encoded as UTF-8 it stays within the 998 octets that RFC 5322 allows in a line. */
const maxSubjectLength = 200;

/** A text as the subject of an e-mail: a line break would begin another header. */
export function subjectLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, maxSubjectLength)
    .toWellFormed();
}

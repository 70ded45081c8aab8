/** Writes a value into a header as S3 does: what is no printable ASCII becomes one encoded word (RFC 2047). */
export function headerText(value: string | number): string {
  const text = String(value);
  if (/^[ -~]*$/.test(text)) return text;
  return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

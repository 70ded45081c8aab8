/** One encoded word: its character set, its encoding and its text (RFC 2047, section 2). */
const encodedWord = /=\?utf-8\?([bq])\?([^?]*)\?=/gi;

/** Reads a text from a header in which S3 encodes what is no printable ASCII (S3, "Working with object metadata"). */
export function readHeaderText(header: string): string {
  // Between two encoded words, blanks separate and mean nothing (RFC 2047, section 6.2).
  return header.replace(/(\?=)\s+(=\?)/g, '$1$2').replace(encodedWord, (_, encoding: string, text: string) => {
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : Buffer.from(unquote(text), 'latin1');
    return bytes.toString('utf8');
  });
}

function unquote(text: string): string {
  return text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

import { type ByteCursor, openCursor, textOf } from './byte-cursor.ts';

/** Most bytes of a form before its file: 20 KB (S3 API, "POST Object"). */
const maxBytesBeforeFile = 20_480;

/** A form whose file is still to be read. */
export type Form = {
  /** By name, in lower case. */
  fields: ReadonlyMap<string, string>;
  /** Absent where the form ends without one. */
  file?: FormFile;
};

/** The file of a form; what comes after it is read and dropped, so that its content ends when the form has ended. */
type FormFile = { name: string; content: AsyncGenerator<Buffer> };

/** A form that cannot be read: `too-long` before its file, or not well-formed. */
export class FormError extends Error {
  override name = 'FormError';
  readonly reason: 'malformed' | 'too-long';

  constructor(reason: 'malformed' | 'too-long') {
    super(`The form is ${reason}`);
    this.reason = reason;
  }
}

/** The boundary that a content type of multipart/form-data names. */
export function boundaryOf(contentType = ''): string | undefined {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

/** Reads the fields of a form up to its file (RFC 7578); a FormError where it is none, or its fields are too long. */
export async function readForm(body: AsyncIterator<Buffer>, boundary: string): Promise<Form> {
  const delimiter = `\r\n--${boundary}`;
  // The first boundary may stand at the very start, without the line break that belongs to every other.
  const cursor = openCursor(body, () => new FormError('malformed'), '\r\n');
  let bytesLeft = maxBytesBeforeFile;
  const read = async (pieces: AsyncIterable<Buffer>) => {
    const text = await textOf(pieces, bytesLeft, () => new FormError('too-long'));
    bytesLeft -= Buffer.byteLength(text);
    return text;
  };
  const isAnotherPart = async () => {
    const next = await read(cursor.take(2));
    // Blanks may follow a boundary (RFC 2046, section 5.1.1).
    if (next !== '--' && next !== '\r\n') await read(cursor.until('\r\n'));
    return next !== '--';
  };
  const fields = new Map<string, string>();
  await read(cursor.until(delimiter));
  while (await isAnotherPart()) {
    const { name, fileName } = describePart(await read(cursor.until('\r\n\r\n')));
    if (name === 'file') return { fields, file: { name: fileName, content: contentOf(cursor, delimiter) } };
    fields.set(name.toLowerCase(), await read(cursor.until(delimiter)));
  }
  return { fields };
}

async function* contentOf(cursor: ByteCursor, delimiter: string): AsyncGenerator<Buffer> {
  yield* cursor.until(delimiter);
  await cursor.drain();
}

function describePart(headers: string): { name: string; fileName: string } {
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? '';
  const name = parameterOf(disposition, 'name');
  if (name === undefined) throw new FormError('malformed');
  // Some clients send the path; S3 takes what follows the last slash or backslash (S3 API, "POST Object").
  const fileName = parameterOf(disposition, 'filename')?.replace(/^.*[/\\]/s, '') ?? '';
  return { name, fileName };
}

function parameterOf(disposition: string, name: string): string | undefined {
  const pattern = new RegExp(`;\\s*${name}=(?:"((?:\\\\"|[^"])*)"|([^\\s;"]+))`, 'i');
  const [, quoted, plain] = pattern.exec(disposition) ?? [];
  return quoted?.replaceAll('\\"', '"') ?? plain;
}

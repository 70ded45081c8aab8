/** A place in a body that is read as it comes in. */
export type ByteCursor = {
  /** Yields what lies before a delimiter, piece by piece, and passes the delimiter. */
  until: (delimiter: string) => AsyncGenerator<Buffer>;
  /** Yields so many bytes, piece by piece. */
  take: (bytes: number) => AsyncGenerator<Buffer>;
  /** Reads to the end and drops it. */
  drain: () => Promise<void>;
};

/** Opens a cursor at a body's start, as if `before` came first; `cutShort` makes what is thrown where the body ends too early. */
export function openCursor(body: AsyncIterator<Buffer>, cutShort: () => Error, before = ''): ByteCursor {
  let ahead: Buffer = Buffer.from(before);
  const readOn = async () => {
    const { done, value } = await body.next();
    if (done === true) throw cutShort();
    ahead = ahead.length === 0 ? value : Buffer.concat([ahead, value]);
  };
  const pass = (bytes: number) => {
    const passed = ahead.subarray(0, bytes);
    ahead = ahead.subarray(bytes);
    return passed;
  };
  return {
    until: async function* (delimiter) {
      let at = ahead.indexOf(delimiter);
      while (at < 0) {
        // The delimiter may have begun in the last bytes.
        const sure = ahead.length - Buffer.byteLength(delimiter) + 1;
        if (sure > 0) yield pass(sure);
        await readOn();
        at = ahead.indexOf(delimiter);
      }
      if (at > 0) yield pass(at);
      pass(Buffer.byteLength(delimiter));
    },
    take: async function* (bytes) {
      for (let missing = bytes; missing > 0; ) {
        if (ahead.length === 0) await readOn();
        const piece = pass(missing);
        missing -= piece.length;
        yield piece;
      }
    },
    drain: async () => {
      while ((await body.next()).done !== true);
    },
  };
}

/** Reads pieces into one text; `tooLong` makes what is thrown where they have more bytes than allowed. */
export async function textOf(pieces: AsyncIterable<Buffer>, maxBytes: number, tooLong: () => Error): Promise<string> {
  const read: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLong();
    read.push(piece);
  }
  return Buffer.concat(read).toString('utf8');
}

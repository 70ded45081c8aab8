import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import * as z from 'zod';

const Line = z.looseObject({
  level: z.string().optional(),
  message: z.string().optional(),
  requestId: z.string().optional(),
  error: z.looseObject({ message: z.string().optional() }).optional(),
});

/** Where functions log to: one JSON object per line. */
export type FunctionLog = { print: (functionName: string, line: string) => void; close: () => Promise<void> };

/** Appends to a file that only its owner may read; what is of level ERROR goes to `onError` as well, as one sentence. */
export function openFunctionLog(file: string, onError: (line: string) => void): FunctionLog {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not end the stack; it will say so at the next write of the table.
  stream.on('error', (error) => onError(`${file} cannot be written: ${error.message}`));
  return {
    print: (functionName, text) => {
      const parsed = parse(text);
      const line = parsed === undefined ? JSON.stringify({ function: functionName, message: text }) : text;
      stream.write(`${line}\n`);
      if (parsed?.level === 'ERROR') onError(`${functionName}: ${sentenceOf(parsed)} (${file})`);
    },
    close: async () => {
      stream.end();
      await finished(stream).catch(() => {});
    },
  };
}

function sentenceOf({ message, error, requestId }: z.output<typeof Line>): string {
  const parts = [message?.split('\n')[0], error?.message, requestId && `request ${requestId}`];
  return parts.filter(Boolean).join(', ');
}

function parse(text: string): z.output<typeof Line> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return Line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { Failure } from './failure.ts';

/** The colours and weights that are used. */
export type Style = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Where a command reads and writes: results on stdout, everything that is said about them on stderr. */
export type Terminal = {
  /** Whether stdout is to hold JSON and nothing else. */
  json: boolean;
  /** Aborted by Ctrl-C; a command that can end in order listens, any other is cut off. */
  interrupted: AbortSignal;
  /** Whether a person watches stderr, so that a bar may move there. */
  isWatched: boolean;
  stderr: NodeJS.WriteStream;
  /** Prints one line of the result for people; with `--json` nothing. */
  print(line: string): void;
  /** Prints one JSON value as a line, with `--json` alone. */
  emit(value: unknown): void;
  /** Says something about the work. */
  say(line: string): void;
  /** A text in a style where stdout shows styles: on a terminal, and not with NO_COLOR. */
  paint(style: Style, text: string): string;
  /** Asks a yes-or-no question; fails where nobody is there to answer. */
  confirm(question: string): Promise<boolean>;
};

/** Opens the terminal of this process. */
export function openTerminal(json: boolean, interrupted: AbortSignal): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return {
    json,
    interrupted,
    isWatched: stderr.isTTY === true && env.CI === undefined && env.TERM !== 'dumb',
    stderr,
    print: (line) => {
      if (!json) stdout.write(`${line}\n`);
    },
    emit: (value) => {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    say: (line) => stderr.write(`${line}\n`),
    paint: (style, text) => styleText(style, text, { stream: stdout }),
    async confirm(question) {
      if (!stdin.isTTY) {
        throw new Failure('misused', `${question} Nobody is there to answer: say --yes to go on without being asked.`);
      }
      const prompt = createInterface({ input: stdin, output: stderr });
      // While it asks, the prompt takes Ctrl-C for itself.
      prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      try {
        const answer = await prompt.question(`${question} [y/N] `, { signal: interrupted });
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        prompt.close();
      }
    },
  };
}

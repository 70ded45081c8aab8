/** What the command line ends with, by what happened; docs/command-line.md lists them for CI. */
export const exitCodes = {
  done: 0,
  broken: 1,
  misused: 2,
  differs: 3,
  refused: 4,
  'lost-the-race': 5,
  'not-signed-in': 6,
  unreachable: 7,
  incomplete: 8,
  declined: 9,
  interrupted: 130,
} as const;

/** Why a command came to nothing, or to less than was asked for. */
export type FailureKind = Exclude<keyof typeof exitCodes, 'done'>;

/** What a failure says beyond its first line. */
export type FailureDetail = {
  /** Lines for people, below the message. */
  lines?: readonly string[];
  /** What `--json` prints, such as the server's refusal. */
  json?: Readonly<Record<string, unknown>>;
};

/** Ends the command with a message for people and an exit code for scripts. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;

  constructor(kind: FailureKind, message: string, { lines = [], json = {} }: FailureDetail = {}) {
    super(message);
    this.kind = kind;
    this.lines = lines;
    this.json = json;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

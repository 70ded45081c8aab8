import type { StartError } from './start-error.ts';

/** What a stack is started with. */
export type StackOptions = {
  /** The folder of a synthesised assembly, or how to make one in a folder that is given. */
  assemblyDir: string | ((folder: string) => Promise<string>);
  /** Where everything is kept; absent: nothing is. */
  dataDir?: string;
  /** 0 takes a free port. */
  port?: number;
  /** Keeps nothing; `dataDir` is then only where local.json is shown. */
  ephemeral?: boolean;
  /** Whether the first start brings in the example project; true unless given. */
  seeded?: boolean;
  /** Told, a line at a time, what goes wrong while the stack runs. */
  log?: (line: string) => void;
  /** Ends a start that is under way. */
  signal?: AbortSignal;
  /** Gives a function another environment than the template does, so that tests can stand between it and the engines. */
  environment?: (functionName: string, environment: Record<string, string>) => Record<string, string>;
};

/** The content of local.json. */
export type LocalJson = {
  /** The origin of everything, without a path. */
  api: string;
  receiver: string;
  /** The page of e-mails that were sent. */
  outbox: string;
  /** Whole API keys, by prefix. */
  keys: Record<string, string>;
  /** An administrator's bearer token, good for 24 hours. */
  token: string;
  /** The issuer, and a client for machines. */
  oidc: { issuer: string; clientId: string; clientSecret: string };
};

/** A running stack. */
export type Stack = {
  origin: string;
  localJson: LocalJson;
  localJsonFile: string;
  /** Settles when the stack can no longer work, with the reason. */
  lost: Promise<StartError>;
  stop: () => Promise<void>;
};

import type { SigningSteps } from './signing-steps.ts';

/** The call that snippets make. */
export type SnippetRequest = {
  url: string;
  body: object;
  /** The prefix of the key that opens the source, where one does. */
  apiKey: string | undefined;
  signing: SigningSteps | undefined;
};

/** The environment variables that hold what a snippet must not: the key, and the secret that calls are signed with. */
export const keyVariable = 'FEEDBRIDGE_API_KEY';
export const secretVariable = 'FEEDBRIDGE_SECRET';

/** What comes of a secret in an app. */
export const signElsewhere =
  'This source takes signed calls only. Sign them on a server of yours, as the JavaScript for Node does: a secret in an app is none.';

/** A reason not to start that a person can act on; its message is one sentence and is shown without a stack. */
export class StartError extends Error {
  override name = 'StartError';
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

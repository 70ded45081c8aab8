/** Names a surprise in a log line, where the work goes on in spite of it. */
export function describeFault(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

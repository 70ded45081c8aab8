/** A part of a word of a shell command: text that stands for itself, or a variable of the shell. */
export type ShellPiece = { text: string } | { variable: string };

/** Quotes a word so that a POSIX shell takes it as it is, variables apart. */
export function quoteWord(pieces: readonly ShellPiece[]): string {
  let word = '';
  for (const piece of pieces) {
    if ('variable' in piece) word += `"$${piece.variable}"`;
    // Text that follows text goes on within its quotes.
    else word = `${word.endsWith("'") ? word.slice(0, -1) : `${word}'`}${piece.text.replaceAll("'", "'\\''")}'`;
  }
  return word === '' ? "''" : word;
}

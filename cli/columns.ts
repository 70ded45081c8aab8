/** A column of a list: its heading, and what stands there for an item. */
export type Column<Item> = { heading: string; show: (item: Item) => string };

/** Lays items out under headings, each column as wide as its widest entry; control characters of texts are shown as spaces. */
export function layOut<Item>(columns: readonly Column<Item>[], items: readonly Item[]): string[] {
  const rows = [
    columns.map(({ heading }) => heading),
    ...items.map((item) => columns.map(({ show }) => printable(show(item)))),
  ];
  const widths = columns.map((_, place) => Math.max(...rows.map((row) => lengthOf(row[place] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, place) => cell + ' '.repeat((widths[place] ?? 0) - lengthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** A text of somebody else's on one line, without what could steer a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

/** A text cut to a number of characters. */
export function shorten(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

function lengthOf(text: string): number {
  return [...text].length;
}

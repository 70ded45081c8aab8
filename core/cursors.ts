import { openText, sealText } from './sealed-text.ts';

/** The list that a cursor belongs to; in any other it is foreign. */
export type CursorList = {
  route: string;
  project?: string | undefined;
  filters: Readonly<Record<string, string | undefined>>;
};

/** Writes the place where a list goes on as text that tells nothing and cannot be changed. */
export function writeCursor(key: Uint8Array, list: CursorList, position: string): string {
  return sealText(key, contextOf(list), position);
}

/** Reads the position from a cursor of this list; undefined for any other text. */
export function readCursor(key: Uint8Array, list: CursorList, cursor: string): string | undefined {
  return openText(key, contextOf(list), cursor);
}

function contextOf({ route, project, filters }: CursorList): readonly unknown[] {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const sorted = given.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return [route, project ?? null, sorted];
}

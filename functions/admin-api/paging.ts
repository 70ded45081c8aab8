import { type CursorList, readCursor, writeCursor } from '../../core/cursors.ts';
import type { HttpReply } from '../kit/http.ts';
import { refuse } from '../kit/http.ts';
import type { Input } from '../kit/read-input.ts';
import type { AdminDependencies } from './call.ts';

type KeyLoader = Pick<AdminDependencies, 'loadKeys'>;

/** Reads where a list is to go on; undefined at its beginning. */
export async function readPlace(
  { loadKeys }: KeyLoader,
  list: CursorList,
  cursor: string | undefined,
): Promise<Input<string | undefined>> {
  if (cursor === undefined) return { outcome: 'read', input: undefined };
  const position = readCursor((await loadKeys()).cursor, list, cursor);
  return position === undefined ? refuseCursor() : { outcome: 'read', input: position };
}

/** The refusal of a cursor that no page of this list gave. */
export function refuseCursor(): Extract<Input<never>, { outcome: 'refused' }> {
  const errors = [{ parameter: 'cursor', code: 'invalid_text', message: 'The cursor is not ours.' }];
  const description = 'The cursor is not ours: take the one that this list answered, with the same filters.';
  return { outcome: 'refused', reply: refuse(400, description, errors) };
}

/** Answers with a page, and with the cursor of the next one where there is one. */
export async function answerPage(
  { loadKeys }: KeyLoader,
  list: CursorList,
  page: { items: readonly unknown[]; next?: string | undefined },
): Promise<HttpReply> {
  if (page.next === undefined) return { status: 200, json: { items: page.items } };
  const cursor = writeCursor((await loadKeys()).cursor, list, page.next);
  return { status: 200, json: { items: page.items, cursor } };
}

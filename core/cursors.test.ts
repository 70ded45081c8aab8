import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CursorList, readCursor, writeCursor } from './cursors.ts';

const key = Buffer.alloc(32, 'cursor key');
const list: CursorList = {
  route: 'GET /admin/v1/projects/{project}/deliveries',
  project: 'apollo',
  filters: { outcome: 'failed' },
};
const position = '2026-11-21T09:00:00.000Z#4f2a';
const cursor = writeCursor(key, list, position);

const text = fc.string({ unit: 'grapheme' });
const lists: fc.Arbitrary<CursorList> = fc.record({
  route: text,
  project: fc.option(text, { nil: undefined }),
  filters: fc.dictionary(text, fc.option(text, { nil: undefined })),
});

describe('a cursor', () => {
  test('leads back to its position', () => {
    expect(readCursor(key, list, cursor)).toBe(position);
  });

  test('of any list leads to any position', () => {
    fc.assert(
      fc.property(lists, text, (some, place) => {
        expect(readCursor(key, some, writeCursor(key, some, place))).toBe(place);
      }),
    );
  });

  test.each<[string, CursorList]>([
    ['another route', { ...list, route: 'GET /admin/v1/projects/{project}/tickets' }],
    ['another project', { ...list, project: 'gemini' }],
    ['no project', { ...list, project: undefined }],
    ['another filter', { ...list, filters: { outcome: 'pending' } }],
    ['one more filter', { ...list, filters: { outcome: 'failed', ticket: 'BUG-0001' } }],
    ['no filter', { ...list, filters: {} }],
    ['parts that only look alike', { ...list, project: 'apollo","x', filters: {} }],
  ])('is foreign to a list of %s', (_, other) => {
    expect(readCursor(key, other, cursor)).toBeUndefined();
  });

  test('is foreign under another key', () => {
    expect(readCursor(Buffer.alloc(32, 'other'), list, cursor)).toBeUndefined();
  });

  test('does not care for the order of filters, nor for those that are not given', () => {
    const one = { ...list, filters: { a: '1', b: '2', c: undefined } };
    const other = { ...list, filters: { b: '2', a: '1' } };
    expect(readCursor(key, other, writeCursor(key, one, position))).toBe(position);
  });

  test('with any bit turned is no cursor', () => {
    const bytes = Buffer.from(cursor, 'base64url');
    fc.assert(
      fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(readCursor(key, list, changed.toString('base64url'))).toBeUndefined();
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['a shorter text', cursor.slice(0, -1)],
    ['a longer text', `${cursor}A`],
    ['padding', `${cursor}=`],
    ['white space', ` ${cursor}`],
    ['another spelling of the same bytes', cursor.replaceAll('-', '+').replaceAll('_', '/').concat('==')],
    ['a megabyte', 'A'.repeat(1_048_576)],
  ])('that is %s is none', (_, given) => {
    expect(readCursor(key, list, given)).toBeUndefined();
  });

  test('made by anybody else is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (given) => {
        expect(readCursor(key, list, given)).toBeUndefined();
      }),
    );
  });

  test('tells nothing of the position', () => {
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('2026');
  });
});

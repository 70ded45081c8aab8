import { array, assert, asyncProperty, constantFrom, property, stringMatching, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundaryOf, readForm } from './form-reader.ts';

async function* inPieces(body: Buffer, sizes: readonly number[]) {
  let at = 0;
  for (let index = 0; at < body.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield body.subarray(at, at + size);
    at += size;
  }
}

const part = (headers: string, content: string | Buffer) =>
  Buffer.concat([Buffer.from(`--x\r\n${headers}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value);
const filePart = (fileName: string, content: string | Buffer) =>
  part(`Content-Disposition: form-data; name="file"; ${fileName}\r\nContent-Type: text/plain`, content);
const form = (...parts: Buffer[]) => Buffer.concat([...parts, Buffer.from('--x--\r\n')]);

async function read(body: Buffer, sizes: readonly number[] = [1000]) {
  const { fields, file } = await readForm(inPieces(body, sizes), 'x');
  const content: Buffer[] = [];
  for await (const piece of file?.content ?? []) content.push(piece);
  return { fields: Object.fromEntries(fields), name: file?.name, content: Buffer.concat(content) };
}

describe('readForm', () => {
  test('reads any fields and any file, in whatever pieces they come', async () => {
    // Half a boundary in a file is part of the file.
    const content = array(constantFrom('\r', '\n', '-', 'x', '\r\n--', 'ü'), { maxLength: 20 });
    const sizes = array(constantFrom(1, 2, 3, 7, 50), { minLength: 1, maxLength: 5 });
    await assert(
      asyncProperty(stringMatching(/^[a-z]{0,9}$/), content, uint8Array(), sizes, async (value, texts, bytes, cuts) => {
        const text = texts.join('').replaceAll('\r\n--x', '');
        const whole = Buffer.concat([Buffer.from(text), Buffer.from('|'), Buffer.from(bytes)]);
        if (whole.includes('\r\n--x')) return;
        const body = form(field('Key', value), filePart('filename="a.log"', whole), field('late', 'x'));
        expect(await read(body, cuts)).toEqual({ fields: { key: value }, name: 'a.log', content: whole });
      }),
    );
  });

  test.each([
    ['filename="Ünïcode – name.log"', 'Ünïcode – name.log'],
    ['filename="C:\\temp\\a b.log"', 'a b.log'],
    ['filename="/tmp/a\\"b.log"', 'a"b.log'],
    ['filename=plain.log', 'plain.log'],
    ['filename=""', ''],
    ['x=y', ''],
  ])('reads the name of a file with %s', async (parameter, name) => {
    expect(await read(form(filePart(parameter, 'x')))).toMatchObject({ name });
  });

  test('finds no file in a form without one', async () => {
    expect(await read(form(field('a', '1'), field('b', '')))).toMatchObject({
      fields: { a: '1', b: '' },
      name: undefined,
    });
  });

  test('reads a form whose last boundary ends without a line break', async () => {
    expect(await read(form(field('a', '1')).subarray(0, -2))).toMatchObject({ fields: { a: '1' } });
  });

  test('refuses what ends too early or is no form', async () => {
    const whole = form(field('a', '1'), filePart('filename="a"', 'content'));
    for (let length = 0; length < whole.length - '--\r\n'.length - 2; length += 1) {
      await expect(read(whole.subarray(0, length))).rejects.toMatchObject({ reason: 'malformed' });
    }
    await expect(read(form(part('X: y', 'z')))).rejects.toMatchObject({ reason: 'malformed' });
  });

  test('refuses more than 20 KB before the file, of which the file is no part', async () => {
    await expect(read(form(field('a', 'x'.repeat(20_480))))).rejects.toMatchObject({ reason: 'too-long' });
    const large = Buffer.alloc(50_000, 'x');
    expect((await read(form(field('a', '1'), filePart('filename="a"', large)))).content).toEqual(large);
  });
});

test('a boundary is read off its content type', () => {
  assert(
    property(stringMatching(/^[a-zA-Z0-9-]{1,60}$/), (boundary) => {
      expect(boundaryOf(`multipart/form-data; boundary=${boundary}`)).toBe(boundary);
      expect(boundaryOf(`Multipart/Form-Data;charset=utf-8; boundary="${boundary}"`)).toBe(boundary);
    }),
  );
  expect(boundaryOf('application/x-www-form-urlencoded')).toBeUndefined();
  expect(boundaryOf(undefined)).toBeUndefined();
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { showCall } from './show-call.ts';

const names = ['password', 'userPassword', 'X-Api-Key', 'access_token', 'client-secret', 'Authorization', 'Cookie'];
const words = ['hunter2x', 'korrekt', 'Pferd9', 'batterie', 'eyZ.abc', 'ünüz'];
const form = 'application/x-www-form-urlencoded';
const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const percent = (text: string) => encodeURIComponent(text);
const oneLine = (text: string) => text.replace(/[\r\n&]+/g, ' ');

/** How a name and its value may come; each shows its neighbour, `besides`, where that can be told apart. */
const bodies: Record<string, (name: string, value: string) => { body: string; type?: string; query?: string }> = {
  'a JSON property': (name, value) => ({ body: JSON.stringify({ [name]: value, deep: [{ [name]: { a: value } }] }) }),
  'a list of pairs': (name, value) => ({
    body: JSON.stringify({
      headers: [
        ['Host', 'x'],
        [name, value],
      ],
    }),
  }),
  'a flat list': (name, value) => ({ body: JSON.stringify(['Host', 'x', name, value]) }),
  'a name and a value': (name, value) => ({
    body: JSON.stringify({
      list: [
        { value, name },
        { name, value },
      ],
    }),
  }),
  'a line in a JSON text': (name, value) => ({ body: JSON.stringify({ log: `said ${name}=${oneLine(value)}\nnext` }) }),
  'a URL in a JSON text': (name, value) => ({
    body: JSON.stringify({ url: `https://x/?a=b&${name}=${percent(value)}&c=d` }),
  }),
  'JSON in a JSON text': (name, value) => ({ body: JSON.stringify({ payload: JSON.stringify({ [name]: value }) }) }),
  'cut JSON': (name, value) => ({ body: JSON.stringify({ a: 1, [name]: value }).slice(0, -2) }),
  'broken JSON': (name, value) => ({ body: `{"a": nope, ${JSON.stringify(name)} : ${JSON.stringify(value)}, "z": 1}` }),
  'a list in broken JSON': (name, value) => ({ body: `{"a": nope, "b": ${JSON.stringify([[name, value]])}}` }),
  'broken JSON of names and values': (name, value) => ({ body: `[nope, ${JSON.stringify({ value, name })}` }),
  'an object in broken JSON': (name, value) => ({ body: `{"a": nope, "${name}": ${JSON.stringify({ x: [value] })}}` }),
  'a header': (name, value) => ({ body: `Host: x\r\n${name}: ${oneLine(value)}\r\nAccept: y` }),
  'a continued header': (name, value) => ({ body: `${name}: ${oneLine(value).replaceAll(' ', '\r\n ')}` }),
  'a form': (name, value) => ({ body: `a=b&${name}=${percent(value)}&c=d`, type: form }),
  'a form that escapes nothing': (name, value) => ({ body: `${name}=${value.replaceAll('&', ',')}&c=d`, type: form }),
  'a form within a form': (name, value) => ({ body: `a=${percent(`x=1&${name}=${percent(value)}`)}`, type: form }),
  'a form that says nothing of it': (name, value) => ({ body: `a=b&${name}=${percent(value)}&c=d` }),
  'a query': (name, value) => ({ body: '', query: `a=b&${percent(name)}=${percent(value)}` }),
  'an element': (name, value) => ({ body: `<a><ns:${name} x="1">\n${escapeXml(value)}</ns:${name}><b>c</b></a>` }),
  'an element of literal text': (name, value) => ({ body: `<${name}><![CDATA[</${name}>${value}]]></${name}>` }),
  'an attribute': (name, value) => ({ body: `<a ${name}="${escapeXml(value)}" b="c"/>` }),
  'an element with its name beside': (name, value) => ({
    body: `<a value="${escapeXml(value)}" name="${name}"/><p key="${name}">${escapeXml(value)}</p>`,
  }),
  'a part of a form': (name, value) => ({
    body: `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--b--`,
    type: 'multipart/form-data; boundary=b',
  }),
};
const separators = fc.constantFrom(' ', '"', "'", ',', '&', '\r\n', ';', ' "', "', ", '\\', '=', '}', ']', '%', '+');
const values = fc
  .tuple(
    fc.constantFrom('', '"', "'", '{'),
    fc.array(fc.tuple(fc.constantFrom(...words), separators), { minLength: 2, maxLength: 4 }),
  )
  .map(([lead, pieces]) => lead + pieces.flat().join(''));

function show(
  text: string,
  encoding: BufferEncoding,
  given: { type?: string | undefined; query?: string | undefined },
) {
  const bytes = Buffer.from(text, encoding);
  const at = '2026-11-21T09:00:00.000Z';
  return showCall(
    {
      ...{ at, requestId: 'r1', method: 'POST', query: given.query ?? '', status: 201, outcome: 'accepted' },
      ...(given.type === undefined ? {} : { contentType: given.type }),
      ...{ bytes: bytes.byteLength, body: bytes.toString('base64') },
    },
    [],
  );
}

test.for(Object.keys(bodies))('shows nothing of a secret in %s', (form) => {
  fc.assert(
    fc.property(fc.constantFrom(...names), values, fc.boolean(), (name, value, isLatin) => {
      const { body, type, query } = bodies[form]?.(name, value) ?? { body: '' };
      const shown = JSON.stringify(show(body, isLatin ? 'latin1' : 'utf8', { type, query }));
      for (const word of words) {
        expect(shown).not.toContain(word);
        expect(shown).not.toContain(percent(word));
      }
    }),
    { numRuns: 300 },
  );
});

test.for([
  ['{"a":', 13_000],
  ['"\\"', 21_000],
  ['<token ', 9_000],
  ['<a "', 16_000],
  ['"token":"x",', 5_400],
  ['token=', 10_000],
  ['name="token"', 5_400],
  ['\\', 65_000],
  ['-eyJaaaaa', 7_000],
  ['token ', 10_000],
  ['%25', 21_000],
  ['://', 21_000],
  ['["token",', 7_000],
  ['{"token":{', 6_500],
] as const)('takes time by the length alone: %s, %d times', ([piece, count]) => {
  const text = piece.repeat(count);
  const since = performance.now();
  show(text, 'utf8', {});
  show(JSON.stringify({ text }), 'utf8', {});
  expect(performance.now() - since).toBeLessThan(1_500);
});

test('leaves the rest as it is', () => {
  expect(show('{"a": nope, "password": "x y", "b": "c"}', 'utf8', {}).text).toBe(
    '{"a": nope, "password": "***", "b": "c"}',
  );
  expect(show('a=1&token=x%20y&b=c', 'utf8', {}).text).toBe('a=1&token=***&b=c');
  expect(show('<a><password>x y</password><b>c</b></a>', 'utf8', {}).text).toBe(
    '<a><password>***</password><b>c</b></a>',
  );
  const ordinary = { summary: 'It crashed: twice, at 10:15', url: 'https://x/?a=b&c=d', tags: ['bug', 'ui'] };
  expect(show(JSON.stringify(ordinary), 'utf8', {}).json).toEqual(ordinary);
});

import { describe, expect, test } from 'vitest';
import { maxInspectedBytes, withoutKey } from './bounds.ts';
import { showCall } from './show-call.ts';

function call(body: string | Uint8Array, given: { contentType?: string; query?: string; bytes?: number } = {}) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  return {
    ...{ at: '2026-11-21T09:00:00.000Z', requestId: 'r1', method: 'POST', query: '', status: 201, outcome: 'accepted' },
    bytes: bytes.byteLength,
    ...given,
    body: bytes.toString('base64'),
  };
}

describe('a call that is looked at', () => {
  test.for([
    ['{"a":{"b":[{"c":1}]}}', [{ pointer: '/a/b/0/c', example: 1 }]],
    [
      '{"":{"a/b":true,"m~n":null}}',
      [
        { pointer: '//a~1b', example: true },
        { pointer: '//m~0n', example: null },
      ],
    ],
    [
      '[1,"x"]',
      [
        { pointer: '/0', example: 1 },
        { pointer: '/1', example: 'x' },
      ],
    ],
    ['"x"', []],
    [
      '{"__proto__":{"x":1},"constructor":2}',
      [
        { pointer: '/__proto__/x', example: 1 },
        { pointer: '/constructor', example: 2 },
      ],
    ],
  ] as const)('lists the pointers of %s', ([body, pointers]) => {
    expect(showCall(call(body), []).pointers).toEqual(pointers);
  });

  test('has at most 200 pointers, and none that nobody could use', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, place) => [`field${place}`, place]));
    expect(showCall(call(JSON.stringify(many)), []).pointers).toHaveLength(200);
    expect(showCall(call(JSON.stringify({ ['x'.repeat(600)]: 1 })), []).pointers).toEqual([]);
  });

  test.for([
    'password',
    'userPassword',
    'api_key',
    'X-Api-Key',
    'accessToken',
    'client-secret',
    'Authorization',
    'jwt',
    'sessionId',
  ])('masks what is called %s, in JSON, in a form and in broken JSON', (name) => {
    expect(showCall(call(JSON.stringify({ [name]: 'hidden', deep: { [name]: ['hidden', 7] } })), []).json).toEqual({
      [name]: '***',
      deep: { [name]: ['***', '***'] },
    });
    const form = showCall(call(`a=b&${name}=hidden&c=d`, { contentType: 'application/x-www-form-urlencoded' }), []);
    expect(form.text).toBe(`a=b&${name}=***&c=d`);
    expect(showCall(call(`{"${name}": "hidden", "c": `), []).text).toBe(`{"${name}": "***", "c": `);
  });

  test('masks the secrets of the project and keys of ours wherever they are', () => {
    const key = `mobile-${'0aB'.repeat(14)}x`;
    const shown = showCall(call(JSON.stringify({ text: `${key} and s3cret-value`, list: [key] })), ['s3cret-value']);
    expect(shown.json).toEqual({ text: '*** and ***', list: ['***'] });
    expect(showCall(call(`plain ${key} s3cret-value`), ['s3cret-value']).text).toBe('plain *** ***');
    expect(showCall(call('{"summary":"a-perfectly-fine-summary-with-hyphens"}'), []).json).toEqual({
      summary: 'a-perfectly-fine-summary-with-hyphens',
    });
  });

  test('says of a body that was cut that it was, even within a character', () => {
    const bytes = Buffer.from(`${'x'.repeat(maxInspectedBytes - 1)}ü`).subarray(0, maxInspectedBytes);
    const shown = showCall(call(bytes, { bytes: maxInspectedBytes + 1 }), []);
    expect(shown).toMatchObject({ truncated: true, bytes: maxInspectedBytes + 1 });
    expect(shown.text).toHaveLength(maxInspectedBytes - 1);
  });

  test('shows no bytes of what is no text, and nothing where there was no body', () => {
    const binary = showCall(call(Buffer.from([0xff, 0xfe, 0x00, 0x41])), []);
    expect(binary).toMatchObject({ binary: true });
    expect([binary.text, binary.json]).toEqual([undefined, undefined]);
    const shown = showCall(call(''), []);
    expect([shown.text, shown.json, shown.binary]).toEqual([undefined, undefined, undefined]);
  });

  test('bears nesting that no stack could follow', () => {
    const deep = showCall(call('['.repeat(60_000)), []);
    expect(deep.json).toBeUndefined();
    const closed = showCall(call(`${'['.repeat(1_000)}${']'.repeat(1_000)}`), []);
    expect(JSON.stringify(closed.json)).toContain('***');
  });
});

test('a query is kept without the key that is in it', () => {
  expect(withoutKey('find=x&apiKey=mobile-abc&y=1')).toBe('find=x&apiKey=***&y=1');
  expect(withoutKey('APIKEY=mobile-abc')).toBe('APIKEY=***');
  expect(withoutKey('x=1&api%4Bey=mobile%2Dabc')).toBe('x=1&api%4Bey=***');
  expect(withoutKey(`x=1&y=${'z'.repeat(2_000)}`)).toBe('x=1&***');
});

import { describe, expect, test } from 'vitest';
import { loadMatchExpression } from '../../functions/kit/match-expression.ts';
import type { FrozenCapture } from '../deliveries/delivery.ts';
import { type Answer, captureValues } from './read-values.ts';

type Field = FrozenCapture['fields'][number];

const matchFirstGroup = await loadMatchExpression({
  group: 'g',
  fields: [{ key: 'f', type: 'string', parameter: 'text', match: '(.)' }],
});

/** What one field reads of an answer: the value, or the reason why there is none. */
function read(field: Partial<Field>, answer: Partial<Answer>) {
  const capture: FrozenCapture = { group: 'g', fields: [{ key: 'f', type: 'string', parameter: 'text', ...field }] };
  const { captured, uncaptured } = captureValues(
    capture,
    { status: 200, headers: {}, text: '', ...answer },
    matchFirstGroup,
  );
  return captured.f ?? uncaptured[0]?.reason;
}

describe('a field reads of an answer', () => {
  test.each([
    ['a property', { parameter: 'key' }, { text: '{"key":"APO-7"}' }, 'APO-7'],
    ['a property with a slash in its name', { parameter: 'a/b' }, { text: '{"a/b":"x"}' }, 'x'],
    ['a JSON Pointer', { parameter: '/a/0/b~1c' }, { text: '{"a":[{"b/c":"x"}]}' }, 'x'],
    ['an answer that is an array', { parameter: '/0/id' }, { text: '[{"id":5}]' }, '5'],
    ['a header, however it is written', { parameter: 'header:Location' }, { headers: { LOCATION: '/x' } }, '/x'],
    ['the status', { parameter: 'status', type: 'integer' }, { status: 201 }, 201],
    ['the whole text', {}, { text: 'ok' }, 'ok'],
    ['the first group', { match: 'id=([0-9]+)' }, { text: 'x id=12 id=13' }, '12'],
    ['the whole match where there is no group', { match: '[0-9]+' }, { text: 'id=12' }, '12'],
    ['a part of a number', { parameter: 'n', match: '^([0-9]{2})' }, { text: '{"n":1234}' }, '12'],
    [
      'JSON whatever its content type says',
      { parameter: 'a' },
      { text: '{"a":"b"}', headers: { 'content-type': 'text/plain' } },
      'b',
    ],
  ] as const)('%s', (_, field, answer, value) => {
    expect(read(field, answer)).toBe(value);
  });

  test.each([
    ['what is absent', { parameter: 'key' }, { text: '{}' }, 'the answer has no /key'],
    ['what an object inherits', { parameter: 'constructor' }, { text: '{}' }, 'the answer has no /constructor'],
    ['null', { parameter: '/a/b' }, { text: '{"a":{"b":null}}' }, "the answer's /a/b is null"],
    ['an empty text', { parameter: 'key' }, { text: '{"key":""}' }, "the answer's /key is empty"],
    ['no body', { parameter: 'key' }, { status: 204 }, 'the answer has no body'],
    ['no header', { parameter: 'header:ETag' }, {}, 'the answer has no header ETag'],
    [
      'no JSON',
      { parameter: 'key' },
      { text: '<html>', headers: { 'content-type': 'text/html; charset=utf-8' } },
      'the answer is not JSON (text/html)',
    ],
    [
      'JSON that was cut',
      { parameter: 'key' },
      { text: '{"key":', truncated: true },
      'the answer is too long to be read as JSON (256 KB)',
    ],
    ['what does not match', { match: 'APO-([0-9]+)' }, { text: 'x' }, 'text does not match APO-([0-9]+)'],
    ['an expression that cannot be read', { match: '(' }, { text: 'x' }, 'text does not match ('],
    ['what the expression takes nothing of', { match: 'a(b*)c' }, { text: 'ac' }, 'what a(b*)c takes of text is empty'],
    ['bytes that were no UTF-8', {}, { text: 'a\ufffd', hasBadBytes: true }, 'the answer is not UTF-8 there'],
  ] as const)('nothing of %s, and says why', (_, field, answer, reason) => {
    expect(read(field, answer)).toBe(reason);
  });

  test('what lies beyond 64 KB by no expression, and what lies before it within linear time', () => {
    const text = `${'a'.repeat(64 * 1024)}needle`;
    expect(read({ match: 'needle' }, { text })).toBe('text does not match needle');
    expect(read({ match: '^(a+)+$', type: 'boolean' }, { text: `${'a'.repeat(60_000)}!` })).toBe(
      'text does not match ^(a+)+$',
    );
  });
});

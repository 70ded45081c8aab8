import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiled, valuesOf } from '../../test/tag-scope.ts';
import { describeParts } from './parts.ts';
import { renderTemplate } from './render.ts';
import type { TagValue, Template } from './template.ts';

const nasty = fc.constantFrom(
  ...[
    '"',
    '\\',
    '\n',
    '\r\n',
    '\0',
    '\u2028',
    '😀',
    '((Summary))',
    '((',
    '))',
    '{',
    '}',
    ',',
    ':',
    '/',
    '..',
    '.',
    '?',
    '#',
    '@',
    '%2e',
    '%',
    '\\u0022',
    '&',
    '=',
    ' ',
  ],
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(nasty, { maxLength: 8 }).map((pieces) => pieces.join('')),
);
const value: fc.Arbitrary<TagValue> = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(text),
);

const render = (template: Template, first: TagValue, second: TagValue) => {
  const rendered = renderTemplate(template, valuesOf({ 'field.summary': first, 'field.severity': second }));
  return rendered.outcome === 'rendered' ? describeParts(rendered.parts) : undefined;
};

describe('no value of a tag', () => {
  test('changes the structure of a JSON body, and each text arrives as it was', () => {
    const body = compiled(
      '{"a": "x((Summary))y((Severity))", "b": [((Summary)), {"c": ((Severity))}], "d": 1}',
      'json',
    );
    fc.assert(
      fc.property(text, text, (first, second) => {
        expect(JSON.parse(render(body, first, second) ?? '')).toEqual({
          a: `x${first}y${second}`,
          b: [first === '' ? null : first, { c: second === '' ? null : second }],
          d: 1,
        });
      }),
    );
  });

  test('of any kind makes a JSON body anything but JSON with the same properties', () => {
    const body = compiled(
      '{"a": "((Summary | upper))", "b": ((Severity)), "c": [((Summary | json))], "d": ((Summary | truncate: 3))}',
      'json',
    );
    fc.assert(
      fc.property(value, value, (first, second) => {
        const parsed: unknown = JSON.parse(render(body, first, second) ?? '');
        expect(parsed).toEqual({
          a: expect.any(String),
          b: isNothing(second) ? null : plain(second),
          c: [expect.any(String)],
          d: expect.toSatisfy(isScalar),
        });
      }),
    );
  });

  test("changes a URL's origin, its number of path components or its query's parameters", () => {
    const url = compiled(
      'https://example.com:8443/a/((Summary))/b/x((Severity))?c=((Summary))&d=((Severity))#((Summary))',
      'url',
    );
    fc.assert(
      fc.property(value, value, (first, second) => {
        const rendered = render(url, first, second);
        if (rendered === undefined) return;
        const parsed = new URL(rendered);
        expect(parsed.origin).toBe('https://example.com:8443');
        expect(parsed.username + parsed.password).toBe('');
        expect(parsed.pathname.split('/')).toHaveLength(5);
        expect([...parsed.searchParams.keys()]).toEqual(['c', 'd']);
        if (typeof first === 'string') {
          expect(decodeURIComponent(parsed.pathname.split('/')[2] ?? '')).toBe(first);
          expect(parsed.searchParams.get('c')).toBe(first);
        }
      }),
    );
  });

  test('stops a URL but an empty one or a dot component', () => {
    const url = compiled('https://example.com/((Summary))', 'url');
    fc.assert(
      fc.property(text, (first) => {
        expect(render(url, first, null) === undefined).toBe(first === '' || first === '.' || first === '..');
      }),
    );
  });

  test('ends a header line', () => {
    const header = compiled('Basic ((Summary)); ((Severity))', 'header');
    fc.assert(
      fc.property(value, value, (first, second) => {
        const rendered = render(header, first, second);
        if (rendered !== undefined) expect(() => new Headers({ 'x-test': rendered })).not.toThrow();
        expect(rendered ?? '').not.toMatch(/[\r\n\0]/);
      }),
    );
  });

  test('adds a parameter to a form', () => {
    const form = compiled('((Summary))&x=1 ((Severity))', 'form');
    fc.assert(
      fc.property(text, text, (first, second) => {
        const parsed = new URLSearchParams(`a=${render(form, first, second)}`);
        expect([...parsed]).toEqual([['a', `${first}&x=1 ${second}`]]);
      }),
    );
  });

  test('adds markup to an XML body', () => {
    const xml = compiled('((Summary))', 'xml');
    fc.assert(
      fc.property(text, (first) => {
        expect(render(xml, first, null)).not.toMatch(/[<>"']|&(?!(?:lt|gt|amp|quot|apos|#13);)/);
      }),
    );
  });
});

function isNothing(tagValue: TagValue): boolean {
  return tagValue === null || tagValue === '' || (Array.isArray(tagValue) && tagValue.length === 0);
}

/** JSON knows no negative zero. */
function plain(tagValue: TagValue): unknown {
  return JSON.parse(JSON.stringify(tagValue));
}

function isScalar(tagValue: unknown): boolean {
  return tagValue === null || ['string', 'number', 'boolean'].includes(typeof tagValue);
}

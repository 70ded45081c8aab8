import { describe, expect, test } from 'vitest';
import { compiled, valuesOf } from '../../test/tag-scope.ts';
import { describeParts, fillSecrets, TemplatePart } from './parts.ts';
import { renderTemplate } from './render.ts';
import { finishUrl } from './render-url.ts';
import type { TagValue, TemplateContext } from './template.ts';

const render = (text: string, context: TemplateContext, values: Readonly<Record<string, TagValue>>) => {
  const rendered = renderTemplate(compiled(text, context), valuesOf(values));
  return rendered.outcome === 'failed' ? rendered.reason : describeParts(rendered.parts);
};

describe('inside a JSON string', () => {
  test.each<[TagValue, string]>([
    ['a "b" \\ \n 😀 ((Summary))', '"a \\"b\\" \\\\ \\n 😀 ((Summary))"'],
    [['iOS', 'Web "2"'], '"iOS, Web \\"2\\""'],
    [null, '""'],
    ['', '""'],
    [[], '""'],
    [0, '"0"'],
    [false, '"false"'],
    [{ a: [1] }, '"{\\"a\\":[1]}"'],
  ])('%j is %s', (value, text) => {
    expect(render('"((Summary))"', 'json', { 'field.summary': value })).toBe(text);
  });
});

describe('as a JSON value', () => {
  test.each<[TagValue, string]>([
    ['a "b"', '"a \\"b\\""'],
    ['1', '"1"'],
    [1.5, '1.5'],
    [0, '0'],
    [false, 'false'],
    [['iOS', 'Web'], '["iOS","Web"]'],
    [{ a: null }, '{"a":null}'],
    ['', 'null'],
    [[], 'null'],
    [null, 'null'],
  ])('%j is %s', (value, text) => {
    expect(render('((Summary))', 'json', { 'field.summary': value })).toBe(text);
  });

  test('a tag without a value is null', () => {
    expect(render('[((Summary)), ((request./a))]', 'json', {})).toBe('[null, null]');
  });
});

describe('in other places', () => {
  test('a form value is form-encoded together with the text around it', () => {
    expect(render('a & b=((Summary))', 'form', { 'field.summary': "1+1 é~'" })).toBe('a+%26+b%3D1%2B1+%C3%A9%7E%27');
  });

  test('an XML text is escaped, and what XML cannot hold is replaced', () => {
    expect(render('<a b="((Summary))"/>', 'xml', { 'field.summary': '<"&\'\r>\u0001😀\n' })).toBe(
      '<a b="&lt;&quot;&amp;&apos;&#13;&gt;\ufffd😀\n"/>',
    );
  });

  test('a plain text takes values as they stand', () => {
    expect(
      render('((Platforms)): \\((Summary)) ((Summary))', 'text', {
        'field.platforms': ['a', 'b'],
        'field.summary': '<"\n((Severity))',
      }),
    ).toBe('a, b: ((Summary)) <"\n((Severity))');
  });

  test.each([
    ['a\nb', 'Summary contains a line break, which a header cannot carry'],
    ['a\rb', 'Summary contains a line break, which a header cannot carry'],
    ['a\0b', 'Summary contains a control character, which a header cannot carry'],
    ['a\u0085b', 'Summary contains a control character, which a header cannot carry'],
    ['5 €', 'Summary contains a character beyond Latin-1, which a header cannot carry'],
    ['café', 'x café'],
  ])('a header takes or refuses %j', (value, text) => {
    expect(render('x ((Summary))', 'header', { 'field.summary': value })).toBe(text);
  });
});

describe('filters', () => {
  test.each<[string, TagValue, string]>([
    ['default: "none"', '', 'none'],
    ['default: "none"', null, 'none'],
    ['default: "none"', [], 'none'],
    ['default: "none"', 0, '0'],
    ['default: "((Severity))"', '', '((Severity))'],
    ['default: 7', '', '7'],
    ['upper', 'straße', 'STRASSE'],
    ['lower', ['A', 'B'], 'a, b'],
    ['upper', 5, '5'],
    ['truncate: 2', 'a😀b', 'a😀'],
    ['truncate: 2', 'ab', 'ab'],
    ['truncate: 4', ['ab', 'cd'], 'ab, '],
    ['truncate: 1', 12, '12'],
    ['json', 'a"b', '"a\\"b"'],
    ['json', ['a'], '["a"]'],
    ['json | truncate: 2 | upper', 'abc', '"A'],
    ['lower | default: "None"', '', 'None'],
  ])('%s of %j is %s', (filter, value, text) => {
    expect(render(`((Summary | ${filter}))`, 'text', { 'field.summary': value })).toBe(text);
  });

  test('raw inserts JSON as it was written, and stops at what is none', () => {
    const raw = (value: TagValue) =>
      render('{"a": ((Summary | default: "[]" | raw))}', 'json', { 'field.summary': value });
    expect(raw('{"n": 12345678901234567890}')).toBe('{"a": {"n": 12345678901234567890}}');
    expect(raw(['x'])).toBe('{"a": ["x"]}');
    expect(raw('')).toBe('{"a": []}');
    expect(raw('1, "b": 2')).toBe('Summary is not JSON');
    expect(render('((Summary | raw))', 'json', {})).toBe('null');
  });

  test('default keeps numbers numbers in JSON', () => {
    expect(render('[((Occurrences | default: 0)), ((Severity | default: "low"))]', 'json', {})).toBe('[0, "low"]');
  });
});

describe('a text that grows too large', () => {
  const values = valuesOf({ 'field.summary': 'x'.repeat(1_000) });
  const repeated = (times: number, context: TemplateContext) =>
    compiled(`${context === 'url' ? 'https://example.com/?s=' : ''}${'((Summary))'.repeat(times)}`, context);

  test.each<TemplateContext>(['text', 'form', 'header', 'xml', 'url'])(
    'is given up in %s, by its size limit',
    (context) => {
      const reason = 'the rendered text is larger than the size limit of 1048576 characters';
      expect(renderTemplate(repeated(1_100, context), values)).toEqual({ outcome: 'failed', reason });
      expect(renderTemplate(repeated(1_000, context), values).outcome).toBe('rendered');
    },
  );

  test.each<TemplateContext>(['text', 'url'])('is given up before the rest of it is even read, in %s', (context) => {
    let reads = 0;
    const counting = (path: string) => {
      reads += 1;
      return values(path);
    };
    expect(renderTemplate(repeated(15_000, context), counting, 5_000).outcome).toBe('failed');
    expect(reads).toBeLessThanOrEqual(6);
  });

  test('is given up as well where secrets make it large', () => {
    const secrets = new Map([['x', '🦊'.repeat(10_000)]]);
    const repeatedSecret = (context: TemplateContext) =>
      renderTemplate(
        compiled(`${context === 'url' ? 'https://example.com/?s=' : ''}${'((secret.x))'.repeat(9_000)}`, context),
        values,
      );
    const [form, url] = [repeatedSecret('form'), repeatedSecret('url')];
    if (form.outcome === 'failed' || url.outcome === 'failed') throw new Error('not rendered');
    expect(fillSecrets(form.parts, secrets)).toMatchObject({ reason: expect.stringContaining('size limit') });
    expect(finishUrl(url.parts, secrets)).toMatchObject({ reason: expect.stringContaining('size limit') });
  });

  test('may be as long as the limit, secrets apart', () => {
    const template = compiled('ab((Summary))((secret.x))cd((Summary))', 'text');
    const limited = (maxLength: number) => renderTemplate(template, valuesOf({ 'field.summary': '123' }), maxLength);
    expect(limited(10).outcome).toBe('rendered');
    expect(limited(9)).toEqual({
      outcome: 'failed',
      reason: 'the rendered text is larger than the size limit of 9 characters',
    });
  });
});

describe('secrets', () => {
  const partsOf = (text: string, context: TemplateContext) => {
    const rendered = renderTemplate(compiled(text, context), valuesOf({ 'field.summary': 'Crash' }));
    if (rendered.outcome === 'failed') throw new Error(rendered.reason);
    return rendered.parts;
  };

  test('stay names between merged texts, and survive JSON', () => {
    const parts = partsOf('"a ((Summary)) ((secret.x)) b"', 'json');
    expect(parts).toEqual([{ text: '"a Crash ' }, { secret: 'x', encoding: 'json-string' }, { text: ' b"' }]);
    expect(TemplatePart.array().parse(JSON.parse(JSON.stringify(parts)))).toEqual(parts);
    expect(describeParts(parts)).toBe('"a Crash ((secret.x)) b"');
  });

  test.each<[string, TemplateContext, string]>([
    ['"((secret.x))"', 'json', '"a\\"b&"'],
    ['((secret.x))', 'form', 'a%22b%26'],
    ['((secret.x))', 'text', 'a"b&'],
    ['Basic ((secret.x))', 'header', 'Basic a"b&'],
  ])('are encoded for their place: %s in %s', (text, context, filled) => {
    expect(fillSecrets(partsOf(text, context), new Map([['x', 'a"b&']]))).toEqual({ outcome: 'filled', text: filled });
  });

  test('that are missing or unfit for a header fail by name, without their value', () => {
    const parts = partsOf('Basic ((secret.x))', 'header');
    expect(fillSecrets(parts, new Map())).toEqual({ outcome: 'failed', reason: 'secret.x is not set' });
    expect(fillSecrets(parts, new Map([['x', 'hidden\n']]))).toEqual({
      outcome: 'failed',
      reason: 'secret.x contains a line break, which a header cannot carry',
    });
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OutboundRequest, prepareRequest } from './outbound-request.ts';

const url = 'https://hooks.example/in';

function prepare(more: Partial<OutboundRequest>, allowHttp = false) {
  return prepareRequest({ method: 'POST', url, headers: [], timeoutMs: 1000, ...more }, allowHttp);
}

function preparedHeaders(more: Partial<OutboundRequest>): Readonly<Record<string, string[]>> {
  const preparation = prepare(more);
  if (preparation.outcome === 'refused') throw new Error(preparation.reason);
  return preparation.request.headers;
}

describe('a URL', () => {
  test.each([
    ['', 'the URL is not valid'],
    ['/relative', 'the URL is not valid'],
    ['https://', 'the URL is not valid'],
    ['https://a b/', 'the URL is not valid'],
    ['https://[::1%25eth0]/', 'the URL is not valid'],
    ['ftp://hooks.example/', 'the URL is neither https nor http'],
    ['file:///etc/passwd', 'the URL is neither https nor http'],
    ['javascript:alert(1)', 'the URL is neither https nor http'],
    ['http://hooks.example/', 'the URL is not https'],
    ['https://user@hooks.example/', 'the URL has a user name or password in it'],
    ['https://:word@hooks.example/', 'the URL has a user name or password in it'],
    ['https://hooks.example@169.254.169.254/', 'the URL has a user name or password in it'],
  ])('%j is refused', (given, reason) => {
    expect(prepare({ url: given })).toEqual({ outcome: 'refused', reason });
  });

  test('with http is accepted where the settings allow it', () => {
    expect(prepare({ url: 'http://hooks.example/' }, true).outcome).toBe('prepared');
  });
});

describe('a method', () => {
  test.each(['CONNECT', 'TRACE', 'HEAD', 'post', '', 'GET /x HTTP/1.1\r\n'])('%j is refused', (method) => {
    expect(prepare({ method })).toMatchObject({ outcome: 'refused' });
  });
});

describe('a header', () => {
  test.each([
    'Host',
    'CONTENT-LENGTH',
    'Transfer-Encoding',
    'connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Upgrade',
    'Proxy-Authorization',
    'Proxy-Connection',
  ])('%s cannot be set', (name) => {
    expect(prepare({ headers: [[name, 'x']] })).toEqual({
      outcome: 'refused',
      reason: `the header ${name} cannot be set`,
    });
  });

  test.each(['Ho st', 'Host:', '', 'Höst', 'Host\r\n'])('named %j is refused', (name) => {
    expect(prepare({ headers: [[name, 'x']] })).toMatchObject({ outcome: 'refused' });
  });

  test.each(['a\r\nHost: b', 'a\nb', 'a\0b', 'a\u{1f600}', 'a\u007f'])(
    'with the value %j is refused without quoting it',
    (value) => {
      expect(prepare({ headers: [['X-Secret', value]] })).toEqual({
        outcome: 'refused',
        reason: 'the header X-Secret has a character that HTTP does not allow',
      });
    },
  );

  test('that an author sets replaces the default of ours', () => {
    const headers = preparedHeaders({
      headers: [
        ['user-agent', 'curl'],
        ['ACCEPT-ENCODING', 'gzip'],
      ],
    });
    expect(headers).toEqual({ 'user-agent': ['curl'], 'ACCEPT-ENCODING': ['gzip'], 'Content-Length': ['0'] });
  });

  test('that comes twice is sent twice', () => {
    expect(
      preparedHeaders({
        headers: [
          ['X-Tag', 'a'],
          ['x-tag', 'b'],
        ],
      }),
    ).toMatchObject({ 'X-Tag': ['a', 'b'] });
  });

  test('never gets a line break or a framing name past the check', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('hOST', 'Content-length', 'te'),
      fc.stringMatching(/^[A-Za-z-]{1,12}$/),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' })), { maxLength: 4 }), (headers) => {
        const preparation = prepare({ headers });
        if (preparation.outcome === 'refused') return;
        for (const [key, values] of Object.entries(preparation.request.headers)) {
          expect(key).toMatch(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);
          for (const value of values) expect(value).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
        }
        expect(Object.keys(preparation.request.headers).map((key) => key.toLowerCase())).not.toContain('host');
      }),
    );
  });
});

describe('what we add', () => {
  test('is who we are, no compression, and the length of the body in bytes', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(preparedHeaders({ body: 'ä' })).toEqual({
      'User-Agent': [`Feedbridge/${version}`],
      'Accept-Encoding': ['identity'],
      'Content-Length': ['2'],
    });
  });

  test.each([
    ['GET', undefined],
    ['DELETE', undefined],
    ['POST', ['0']],
    ['PUT', ['0']],
    ['PATCH', ['0']],
  ])('to a %s without a body is a length of %j', (method, expected) => {
    expect(preparedHeaders({ method })['Content-Length']).toEqual(expected);
  });
});

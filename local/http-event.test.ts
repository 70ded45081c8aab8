import { describe, expect, test } from 'vitest';
import { gatewayAnswer, toAnswer, toEvent } from './http-event.ts';

function eventOf({ target = '/a', rawHeaders = [] as readonly string[], body = Buffer.alloc(0) } = {}) {
  return toEvent(
    { method: 'POST', target, rawHeaders, body, sourceIp: '127.0.0.1' },
    { routeKey: 'POST /a', pathParameters: {}, requestId: 'r', now: new Date(0), apiId: 'api' },
  );
}

describe('toEvent', () => {
  test('joins repeated headers and query parameters by commas, and keeps cookies apart', () => {
    const event = eventOf({
      target: '/a?x=1&x=2&y=%20',
      rawHeaders: ['Accept', 'a', 'accept', 'b', 'Cookie', 'c=1; d=2'],
    });
    expect(event).toMatchObject({
      headers: { accept: 'a,b' },
      cookies: ['c=1', 'd=2'],
      queryStringParameters: { x: '1,2', y: ' ' },
      rawQueryString: 'x=1&x=2&y=%20',
    });
    expect(event.headers).not.toHaveProperty('cookie');
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'text/plain', 'application/problem+json'])(
    'hands a body of %s over as text',
    (contentType) => {
      const event = eventOf({ rawHeaders: ['content-type', contentType], body: Buffer.from('ü') });
      expect(event).toMatchObject({ body: 'ü', isBase64Encoded: false });
    },
  );

  test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/yaml', 'image/png'])(
    'hands a body of %s over in Base64',
    (contentType) => {
      const event = eventOf({ rawHeaders: ['content-type', contentType], body: Buffer.from('ü') });
      expect(event).toMatchObject({ body: 'w7w=', isBase64Encoded: true });
    },
  );

  test('keeps the bytes of text that is no UTF-8', () => {
    const event = eventOf({ rawHeaders: ['content-type', 'application/json'], body: Buffer.from([0xff]) });
    expect(event).toMatchObject({ body: '/w==', isBase64Encoded: true });
  });

  test('leaves the body out where there is none', () => {
    expect(eventOf()).not.toHaveProperty('body');
  });
});

describe('toAnswer', () => {
  test('sends status, headers, cookies and body of a function', () => {
    const answer = toAnswer(
      {
        statusCode: 201,
        headers: { Location: '/x', 'x-n': 1 },
        cookies: ['a=1', 'b=2'],
        body: 'aGk=',
        isBase64Encoded: true,
      },
      'r',
    );
    expect(answer?.status).toBe(201);
    expect(answer?.headers).toEqual([
      ['location', '/x'],
      ['x-n', '1'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['content-type', 'text/plain;charset=UTF-8'],
      ['apigw-requestid', 'r'],
    ]);
    expect(answer?.body.toString()).toBe('hi');
  });

  test('sends what has no statusCode as JSON with 200', () => {
    const answer = toAnswer({ a: 1 }, 'r');
    expect([answer?.status, answer?.body.toString()]).toEqual([200, '{"a":1}']);
  });

  test('makes nothing of an answer that is none', () => {
    expect(toAnswer({ statusCode: 'ok' }, 'r')).toBeUndefined();
    expect(toAnswer({ statusCode: 200, body: { no: 'text' } }, 'r')).toBeUndefined();
  });

  test('says what the gateway itself says as {message}', () => {
    expect(gatewayAnswer(404, 'Not Found', 'r').body.toString()).toBe('{"message":"Not Found"}');
  });
});

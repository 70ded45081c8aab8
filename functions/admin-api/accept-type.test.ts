import { describe, expect, test } from 'vitest';
import { formatOfAnswer, formatOfBody } from './accept-type.ts';

describe('the format of a body', () => {
  test.each([
    [undefined, 'json'],
    ['application/json', 'json'],
    ['Application/JSON; charset=utf-8', 'json'],
    ['application/merge-patch+json', 'json'],
    ['application/yaml', 'yaml'],
    ['text/yaml;charset=utf-8', 'yaml'],
    ['text/plain', undefined],
    ['', undefined],
    ['application/x-www-form-urlencoded', undefined],
  ])('of type %j is %j', (contentType, format) => {
    expect(formatOfBody(contentType)).toBe(format);
  });
});

describe('the format of an answer', () => {
  test.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['text/html, */*;q=0.8', 'json'],
    ['application/yaml', 'yaml'],
    ['application/yaml, */*', 'yaml'],
    ['application/yaml, application/json;q=0.5', 'yaml'],
    ['application/json, application/yaml;q=0.5', 'json'],
    ['application/yaml;q=0', 'json'],
    ['application/yaml;q=x', 'json'],
    [',;,', 'json'],
  ])('for %j is %j', (accept, format) => {
    expect(formatOfAnswer(accept)).toBe(format);
  });
});

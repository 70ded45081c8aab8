import { expect, test } from 'vitest';
import { canonicalHost } from './canonical-host.ts';

test.each([
  ['api.example.com', 'api.example.com'],
  ['API.Example.COM', 'api.example.com'],
  ['api.example.com:8443', 'api.example.com:8443'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['[::1]:80', '[::1]:80'],
  ['127.0.0.1', '127.0.0.1'],
  ['api.example.com:443', undefined],
  ['https://api.example.com', undefined],
  ['api.example.com/path', undefined],
  ['user@api.example.com', undefined],
  ['api.example.com?x', undefined],
  ['*.example.com', '*.example.com'],
  ['a b', undefined],
  ['', undefined],
  ['a'.repeat(400), undefined],
])('%j is the host %j', (text, host) => {
  expect(canonicalHost(text)).toBe(host);
});

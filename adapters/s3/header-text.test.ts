import { expect, test } from 'vitest';
import { readHeaderText } from './header-text.ts';

test.each([
  ['plain.txt', 'plain.txt'],
  ['=?UTF-8?B?w5wgYi50eHQ=?=', 'Ü b.txt'],
  ['=?utf-8?Q?=C3=9Cn=C3=AF_code.log?=', 'Ünï code.log'],
  ['=?UTF-8?B?YQ==?= =?UTF-8?B?Yg==?=', 'ab'],
  ['=?unknown?B?YQ==?=', '=?unknown?B?YQ==?='],
  ['', ''],
])('the header %j says %j', (header, text) => {
  expect(readHeaderText(header)).toBe(text);
});

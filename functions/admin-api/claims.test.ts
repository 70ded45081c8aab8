import { expect, test } from 'vitest';
import { tokenWith } from '../../test/token.ts';
import { readClaims } from './claims.ts';

const claims = { sub: 'ada', groups: '[former administrators]' };

test('groups come from the token, where a name with a space is still one name', () => {
  const authorization = `Bearer ${tokenWith({ groups: ['former administrators'] })}`;
  expect(readClaims({ claims, headers: { authorization } })).toEqual({
    sub: 'ada',
    groups: ['former administrators'],
    'cognito:groups': undefined,
  });
});

test('everything else comes from the gateway, which verified it', () => {
  const authorization = tokenWith({ sub: 'eve', 'cognito:groups': ['testers'] });
  expect(readClaims({ claims, headers: { authorization } })).toMatchObject({
    sub: 'ada',
    'cognito:groups': ['testers'],
  });
});

test('a header with more than one token gives no groups', () => {
  const token = tokenWith({ groups: ['administrators'] });
  expect(readClaims({ claims, headers: { authorization: `Bearer ${token},Bearer ${token}` } })).toEqual({
    sub: 'ada',
    groups: undefined,
    'cognito:groups': undefined,
  });
});

test('without a header there are no groups, whatever the gateway says', () => {
  expect(readClaims({ claims, headers: {} })).toEqual({ sub: 'ada', groups: undefined, 'cognito:groups': undefined });
});

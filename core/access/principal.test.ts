import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claims, identify } from './principal.ts';

const idToken = { token_use: 'id', email: 'Ada@Example.com', email_verified: 'true' };
const administrators = ['administrators'];

function principalOf(claims: Claims) {
  const caller = identify(claims, { administratorGroups: administrators });
  return caller.outcome === 'known' ? caller.principal : caller.outcome;
}

describe('a person', () => {
  test('is known by the verified address of an ID token, in its canonical form', () => {
    expect(principalOf(idToken)).toEqual({ kind: 'person', email: 'ada@example.com', isAdministrator: false });
  });

  test.each([
    ['cognito:groups', ['testers', 'administrators']],
    ['groups', ['administrators']],
    ['groups', 'administrators'],
  ])('is an administrator by %s %j', (claim, groups) => {
    expect(principalOf({ ...idToken, [claim]: groups })).toMatchObject({ isAdministrator: true });
  });

  test.each([
    ['former administrators'],
    ['[former administrators]'],
    ['administratorsx'],
    [''],
    [{ administrators: true }],
    [['former administrators']],
    [null],
  ])('is no administrator by groups %j', (groups) => {
    expect(principalOf({ ...idToken, groups })).toMatchObject({ isAdministrator: false });
  });

  test.each([
    ['no address', { email: undefined }],
    ['an address that is none', { email: 'ada' }],
    ['an address that is not verified', { email_verified: 'false' }],
    ['an address of which nobody says that it is verified', { email_verified: undefined }],
    ['an address that is verified in other words', { email_verified: 'yes' }],
  ])('is refused with %s', (_, claims) => {
    expect(principalOf({ ...idToken, ...claims })).toBe('refused');
  });

  test('of an issuer that does not say the kind of its tokens is known by a token without a scope', () => {
    const { token_use: _, ...claims } = idToken;
    expect(principalOf({ ...claims, email_verified: true })).toMatchObject({ kind: 'person' });
    expect(principalOf({ ...claims, scope: 'openid email' })).toBe('refused');
  });

  test('stays a person whatever scope an ID token claims', () => {
    expect(principalOf({ ...idToken, scope: 'feedbridge/administrator' })).toMatchObject({ isAdministrator: false });
  });
});

describe('a machine', () => {
  test.each([
    ['feedbridge/observer', 'observer'],
    ['feedbridge/support openid', 'support'],
    ['openid feedbridge/project-manager', 'project-manager'],
    ['feedbridge/observer feedbridge/administrator', 'administrator'],
  ])('with the scope %j is %s', (scope, role) => {
    expect(principalOf({ token_use: 'access', scope })).toEqual({ kind: 'machine', role });
    expect(principalOf({ scope })).toEqual({ kind: 'machine', role });
  });

  test('is known by the scopes of issuers that call them scp', () => {
    expect(principalOf({ scp: '[openid feedbridge/support]' })).toEqual({ kind: 'machine', role: 'support' });
  });

  test.each([
    '',
    'openid',
    'feedbridge/',
    'feedbridge/root',
    'xfeedbridge/administrator',
    'feedbridge/administrator/x',
  ])('with the scope %j is refused', (scope) => {
    expect(principalOf({ ...idToken, token_use: 'access', scope })).toBe('refused');
  });

  test('is not made of a person whose access token is sent', () => {
    expect(principalOf({ ...idToken, token_use: 'access' })).toBe('refused');
  });
});

test('claims of any shape never throw and never make an administrator', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...claimNames), fc.anything()), (claims) => {
      const caller = identify({ ...claims, token_use: 'id' }, { administratorGroups: administrators });
      if (caller.outcome === 'known') expect(caller.principal).toMatchObject({ isAdministrator: false });
    }),
  );
});

const claimNames = ['email', 'email_verified', 'groups', 'cognito:groups', 'scope', 'scp', 'sub'];

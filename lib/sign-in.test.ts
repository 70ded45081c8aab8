import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { loopbackPorts, redirectAt } from '../cli/server/loopback.ts';
import { Role } from '../core/access/role.ts';
import { stackWith } from './stack-under-test.ts';

describe('the user pool', () => {
  const { template } = stackWith();

  test('is the default issuer, and both its clients are in the audience', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: {
        Issuer: {
          'Fn::Join': [
            '',
            ['https://cognito-idp.eu-central-1.amazonaws.com/', { Ref: Match.stringLikeRegexp('^signinPeople') }],
          ],
        },
        Audience: [{ Ref: Match.stringLikeRegexp('PeopleClient') }, { Ref: Match.stringLikeRegexp('MachineClient') }],
      },
    });
  });

  test('lets nobody sign up and asks for a second factor', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
    });
  });

  test('has the group of administrators', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolGroup', { GroupName: 'administrators' });
  });

  test('has the groups that give roles, and the function is told what they give', () => {
    const projects = { apollo: { qa: 'support', leads: 'project-manager' }, '*': { qa: 'observer' } } as const;
    const roles = { claim: 'cognito:groups', administrators: ['platform'], projects };
    const mapped = stackWith({ roles });
    for (const GroupName of ['administrators', 'platform', 'qa', 'leads']) {
      mapped.template.hasResourceProperties('AWS::Cognito::UserPoolGroup', { GroupName });
    }
    mapped.template.resourceCountIs('AWS::Cognito::UserPoolGroup', 4);
    mapped.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ ROLE_MAPPING: JSON.stringify(roles) }) },
    });
    const foreign = stackWith({ roles: { ...roles, claim: 'groups' } });
    foreign.template.resourceCountIs('AWS::Cognito::UserPoolGroup', 1);
  });

  test('signs people in by code, without a secret, from the command line as well', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'],
      GenerateSecret: false,
      CallbackURLs: Match.arrayWith(loopbackPorts.map((port) => redirectAt(port))),
    });
  });

  test('signs machines in by client credentials, with a scope per role', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['client_credentials'],
      GenerateSecret: true,
    });
    template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
      Identifier: 'feedbridge',
      Scopes: Role.options.map((ScopeName) => Match.objectLike({ ScopeName })),
    });
  });

  test('is what the outputs lead to', () => {
    for (const name of ['ApiUrl', 'UserPoolId', 'PeopleClientId', 'MachineClientId', 'SignInUrl']) {
      expect(Object.keys(template.findOutputs(name))).toEqual([name]);
    }
  });
});

describe('another issuer', () => {
  const { template } = stackWith({
    signIn: { kind: 'oidc', issuer: 'https://login.example.com/', audience: ['feedbridge-console'] },
  });

  test('takes the place of the user pool', () => {
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      JwtConfiguration: { Issuer: 'https://login.example.com/', Audience: ['feedbridge-console'] },
    });
  });
});

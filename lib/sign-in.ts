import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
  UserPoolClientIdentityProvider,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

// The roles of core/access/role.ts, which lib may not import: a test compares them. A machine's token says which it
// plays by the scope feedbridge/<role>.
const roles = ['administrator', 'project-manager', 'support', 'observer'];

// Where the command line waits for a browser to come back (RFC 8252). Cognito compares the port too, so that these are
// all there are; cli/server/loopback.ts tries them in turn, and a test compares.
const commandLineCallbacks = [14400, 14401, 14402].map((port) => `http://localhost:${port}/callback`);

/** Whose tokens the gateway takes. */
export type TokenIssuer = {
  issuer: string;
  audience: string[];
  /** The public client that people sign in with from the command line. */
  clientId: string;
  /** What a person needs in order to sign in, for the stack's outputs. */
  outputs: Record<string, string>;
};

/** Tells whose tokens count: those of the issuer in the settings, or of a user pool that is made here. */
export function tokenIssuer(scope: Construct, settings: Settings, consoleOrigin: string): TokenIssuer {
  if (settings.signIn.kind === 'oidc') {
    const { issuer, audience } = settings.signIn;
    return { issuer, audience, clientId: audience[0], outputs: { Issuer: issuer } };
  }
  return new SignIn(scope, 'sign-in', { settings, consoleOrigin });
}

/** A Cognito user pool with a client for people (code and PKCE) and one for machines (client credentials). */
class SignIn extends Construct implements TokenIssuer {
  readonly issuer: string;
  readonly audience: string[];
  readonly clientId: string;
  readonly outputs: Record<string, string>;

  constructor(scope: Construct, id: string, props: { settings: Settings; consoleOrigin: string }) {
    super(scope, id);
    const { region, account, stackName } = Stack.of(this);
    const pool = this.userPool(props.settings);
    const people = this.peopleClient(pool, props.consoleOrigin);
    const machines = this.machineClient(pool);
    for (const groupName of groupsOf(props.settings)) pool.addGroup(groupName, { groupName });
    // The prefix is shared by everyone in the region; the account makes it ours.
    const domain = pool.addDomain('Domain', { cognitoDomain: { domainPrefix: `${stackName}-${account}` } });
    this.issuer = `https://cognito-idp.${region}.amazonaws.com/${pool.userPoolId}`;
    this.audience = [people.userPoolClientId, machines.userPoolClientId];
    this.clientId = people.userPoolClientId;
    this.outputs = {
      UserPoolId: pool.userPoolId,
      PeopleClientId: people.userPoolClientId,
      MachineClientId: machines.userPoolClientId,
      SignInUrl: `https://${domain.domainName}.auth.${region}.amazoncognito.com`,
    };
  }

  private userPool(settings: Settings): UserPool {
    const pool = new UserPool(this, 'People', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(7),
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: settings.keepData,
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(pool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason:
        'People are invited one by one and need a second factor; the Plus plan is a price for the operator to choose.',
    });
    return pool;
  }

  private peopleClient(pool: UserPool, consoleOrigin: string): UserPoolClient {
    return pool.addClient('PeopleClient', {
      generateSecret: false,
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [`${consoleOrigin}/`, ...commandLineCallbacks],
        logoutUrls: [`${consoleOrigin}/`],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      idTokenValidity: Duration.hours(1),
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(12),
    });
  }

  private machineClient(pool: UserPool): UserPoolClient {
    const scopes = roles.map(
      (role) => new ResourceServerScope({ scopeName: role, scopeDescription: `Act as ${role}` }),
    );
    const server = pool.addResourceServer('Roles', { identifier: 'feedbridge', scopes });
    return pool.addClient('MachineClient', {
      generateSecret: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: scopes.map((scope) => OAuthScope.resourceServer(server, scope)),
      },
      accessTokenValidity: Duration.hours(1),
    });
  }
}

/** The groups that the settings speak of; those of another claim are somebody else's to make. */
function groupsOf({ administratorGroups, roles }: Settings): Set<string> {
  if (roles?.claim !== 'cognito:groups') return new Set(administratorGroups);
  const { administrators = [], projects = {} } = roles;
  return new Set([...administratorGroups, ...administrators, ...Object.values(projects).flatMap(Object.keys)]);
}

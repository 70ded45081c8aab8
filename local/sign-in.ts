import { Authorizer, ResourceServer, UserPoolClient } from './known-resources.ts';
import { userPoolIssuer } from './place.ts';
import type { Provisioned } from './provision.ts';
import { StartError } from './start-error.ts';
import { type Assembly, resourcesOf } from './template.ts';

/** What the template says of signing in: the clients for people and for machines, and the scopes of the roles. */
export type SignIn = {
  people: { clientId: string; callbackUrls: string[]; logoutUrls: string[] };
  machine: { clientId: string };
  scopes: string[];
};

/** Reads it; throws a StartError where the local issuer cannot stand in. */
export function readSignIn(assembly: Assembly, { references }: Pick<Provisioned, 'references'>): SignIn {
  const clients = resourcesOf(assembly, UserPoolClient, references);
  const find = (flow: string) => {
    const client = clients.find(({ properties }) => properties.AllowedOAuthFlows[0] === flow);
    if (client === undefined) throw new StartError(`The template has no sign-in client for the flow ${flow}.`);
    return { clientId: references.ref(client.id), properties: client.properties };
  };
  const people = find('code');
  return {
    people: {
      clientId: people.clientId,
      callbackUrls: people.properties.CallbackURLs ?? [],
      logoutUrls: people.properties.LogoutURLs ?? [],
    },
    machine: { clientId: find('client_credentials').clientId },
    scopes: resourcesOf(assembly, ResourceServer, references).flatMap(({ properties }) =>
      properties.Scopes.map(({ ScopeName }) => `${properties.Identifier}/${ScopeName}`),
    ),
  };
}

/** The audience of each authoriser, by its id; one that trusts another issuer than the user pool stops the start. */
export function audiences(assembly: Assembly, { references }: Pick<Provisioned, 'references'>): Map<string, string[]> {
  return new Map(
    resourcesOf(assembly, Authorizer, references).map(({ id, properties }) => {
      const { Issuer, Audience } = properties.JwtConfiguration;
      if (!Issuer.startsWith(userPoolIssuer)) {
        throw new StartError(`${id} trusts ${Issuer}, and the local issuer stands in for a Cognito user pool only.`);
      }
      return [references.ref(id), Audience];
    }),
  );
}

import * as z from 'zod';
import { Role } from '../../core/access/role.ts';

/** Whose tokens count below /admin/v1, as tools look it up before they sign somebody in (RFC 9728). */
export const SignInMetadata = z
  .object({
    resource: z.url().describe('The API itself.'),
    authorization_servers: z.array(z.url()).describe('The OpenID Connect issuer.'),
    scopes_supported: z.array(z.string()).describe("What machines ask for; a person's rights come with their address."),
    bearer_methods_supported: z.array(z.literal('header')),
    feedbridge_client_id: z.string().describe('The public client that people sign in with, by code and PKCE.'),
  })
  .meta({ id: 'SignInMetadata' });
type SignInMetadata = z.infer<typeof SignInMetadata>;

/** Where people and machines of this stack sign in. */
export type SignInPlace = { issuer: string; clientId: string };

/** Describes how to sign in at an API. */
export function describeSignIn(apiOrigin: string, { issuer, clientId }: SignInPlace): SignInMetadata {
  return {
    resource: apiOrigin,
    authorization_servers: [issuer],
    scopes_supported: Role.options.map((role) => `feedbridge/${role}`),
    bearer_methods_supported: ['header'],
    feedbridge_client_id: clientId,
  };
}

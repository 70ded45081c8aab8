import * as z from 'zod';
import { canonicalEmail } from '../members.ts';
import { Role } from './role.ts';
import { mapRoles, type RoleMapping, readValues } from './role-mapping.ts';

/** Who calls the admin API, by a token that the gateway has verified. */
export type Principal =
  | {
      kind: 'person';
      email: string;
      isAdministrator: boolean;
      /** The roles that the stage's settings give for the token's groups, by project. */
      roles?: Readonly<Record<string, Role>>;
    }
  | { kind: 'machine'; role: Role };

/** Who is what by the values of their token, as the stage's settings say it. */
export type AccessSettings = { administratorGroups: readonly string[]; roleMapping?: RoleMapping | undefined };

/** What history and logs call a caller: a person's address, or a machine by its scope. */
export function nameCaller(principal: Principal): string {
  return principal.kind === 'person' ? principal.email : `${rolePrefix}${principal.role}`;
}

/** The caller, or why the token does not say who it is. */
export type Identification = { outcome: 'known'; principal: Principal } | { outcome: 'refused'; reason: string };

/** Claims as tokens hold them, or as text as an HTTP API hands them over; scopes then as `[a b]`, but never groups. */
export type Claims = Readonly<Record<string, unknown>>;

const rolePrefix = 'feedbridge/';
/** Words: a text is several, with spaces between them (RFC 6749, 3.3). */
const Scopes = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    text
      .replace(/^\[(.*)\]$/s, '$1')
      .split(/\s+/)
      .filter((word) => word !== ''),
  ),
]);

/**
 * Reads who calls from a token's verified claims. Cognito says by `token_use` which kind of token one is. Others do not,
 * but an ID token carries no scope (OpenID Connect Core 1.0, 2), so one that does is an access token and stands for a machine.
 */
export function identify(claims: Claims, settings: AccessSettings): Identification {
  const scope = claims.scope ?? claims.scp;
  const isIdToken = claims.token_use === undefined ? scope === undefined : claims.token_use === 'id';
  return isIdToken ? identifyPerson(claims, settings) : identifyMachine(scope);
}

function identifyPerson(claims: Claims, { administratorGroups, roleMapping }: AccessSettings): Identification {
  const { email: given, email_verified: verified } = claims;
  const email = typeof given === 'string' ? canonicalEmail(given) : undefined;
  if (email === undefined) return refused('The token names no e-mail address: send the ID token of your sign-in.');
  if (verified !== true && verified !== 'true') return refused('The e-mail address of the token is not verified.');
  const groups = ['cognito:groups', 'groups'].flatMap((claim) => readValues(claims, claim));
  const isInGroup = groups.some((group) => administratorGroups.includes(group));
  if (roleMapping === undefined) return known({ kind: 'person', email, isAdministrator: isInGroup });
  const { isAdministrator, roles } = mapRoles(roleMapping, readValues(claims, roleMapping.claim));
  return known({ kind: 'person', email, isAdministrator: isInGroup || isAdministrator, roles });
}

/** A machine with several roles acts by the strongest: scopes add up. */
function identifyMachine(scope: unknown): Identification {
  const scopes = Scopes.safeParse(scope).data ?? [];
  const role = Role.options.find((candidate) => scopes.includes(`${rolePrefix}${candidate}`));
  if (role !== undefined) return known({ kind: 'machine', role });
  return refused(
    `The token is an access token without a scope ${rolePrefix}<role>. People send their ID token, machines ask for such a scope.`,
  );
}

function known(principal: Principal): Identification {
  return { outcome: 'known', principal };
}

function refused(reason: string): Identification {
  return { outcome: 'refused', reason };
}

import { rememberFound } from '../../adapters/dynamodb/fresh-cache.ts';
import { readUsableSecrets } from '../../adapters/dynamodb/secrets.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';

/** The values by which callers may sign at present, or why there are none. */
type SigningSecrets = { outcome: 'read'; values: string[] } | { outcome: 'none'; reason: string };

/** Reads all live values of a project's secrets: one in rotation has two, one that is not set has none. */
export type SigningSecretReader = (project: string, names: readonly string[]) => Promise<SigningSecrets>;

/** Makes a reader that remembers each secret for `freshMs`; one that is not set is asked for again, so that it works at once. */
export function signingSecretReader(
  table: Table,
  loadKeys: LoadKeys,
  options: { freshMs: number; now: () => number },
): SigningSecretReader {
  const readLive = rememberFound(async (place) => {
    const [project = '', name = ''] = place.split('/');
    const usable = (await readUsableSecrets(table, loadKeys, { project, names: [name], now: options.now() })).get(name);
    if (usable === undefined) return undefined;
    return usable.previous === undefined ? [usable.value] : [usable.value, usable.previous];
  }, options);

  return async (project, names) => {
    // Neither a project's key nor a secret's name may have a slash.
    const live = await Promise.all(names.map(async (name) => (await readLive(`${project}/${name}`)) ?? []));
    const values = live.flat();
    return values.length > 0 ? { outcome: 'read', values } : { outcome: 'none', reason: describeUnset(names) };
  };
}

function describeUnset(names: readonly string[]): string {
  const [only = ''] = names;
  if (names.length === 1) return `the secret "${only}" is not set`;
  return `none of the secrets ${names.map((name) => `"${name}"`).join(', ')} is set`;
}

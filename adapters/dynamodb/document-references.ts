import { ApiKey } from '../../core/keys/api-key.ts';
import { batchGet } from './batch-get.ts';
import { apiKeyKey } from './keys.ts';
import { findMembers } from './members.ts';
import { findSecretNames } from './secrets.ts';
import type { Table } from './table.ts';

/** Which of the things that a document may refer to exist. */
export type KnownReferences = {
  apiKeyPrefixes: ReadonlySet<string>;
  memberEmails: ReadonlySet<string>;
  secretNames: ReadonlySet<string>;
};

/** Looks up what a document refers to outside of itself, consistently; prefixes and addresses must be distinct. */
export async function findReferences(
  table: Table,
  project: string,
  references: { apiKeyPrefixes: readonly string[]; emails: readonly string[] },
): Promise<KnownReferences> {
  const [keys, members, secretNames] = await Promise.all([
    batchGet(table, references.apiKeyPrefixes.map(apiKeyKey)),
    findMembers(table, project, references.emails),
    findSecretNames(table, project),
  ]);
  const apiKeyPrefixes = new Set(keys.map((item) => ApiKey.parse(item).prefix));
  return { apiKeyPrefixes, memberEmails: new Set(members.keys()), secretNames };
}

import { gunzipSync, gzipSync } from 'node:zlib';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { replaceDeep } from '../../core/erasure/replace-address.ts';
import { projectKey } from './keys.ts';
import { findProject } from './projects.ts';
import { readAll } from './read-all.ts';
import { failedConditions, type Table } from './table.ts';

const Part = z.looseObject({ pk: z.string(), sk: z.string(), bytes: z.instanceof(Uint8Array) });
type Part = z.infer<typeof Part>;

/** Replaces texts in the document versions that a project keeps beside the one in force, each as a whole. */
export async function rewriteDocuments(
  table: Table,
  project: string,
  replace: (text: string) => string,
): Promise<void> {
  const pointer = await findProject(table, project);
  const items = await readAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :documents)',
    ExpressionAttributeValues: { ':pk': projectKey(project).pk, ':documents': 'DOC#' },
    ConsistentRead: true,
  });
  const byDocument = Map.groupBy(
    items.map((item) => Part.parse(item)),
    ({ sk }) => sk.slice(0, sk.lastIndexOf('#')),
  );
  for (const [document, parts] of byDocument) {
    if (document !== `DOC#${pointer?.document}`) await rewriteDocument(table, parts, replace);
  }
}

async function rewriteDocument(table: Table, parts: readonly Part[], replace: (text: string) => string) {
  const text = readParts(parts);
  // A version of which a part has expired already is on its way out.
  if (text === undefined) return;
  const replaced = JSON.stringify(replaceDeep(JSON.parse(text), replace));
  if (replaced === text) return;
  const bytes = gzipSync(replaced);
  const size = Math.ceil(bytes.length / parts.length);
  try {
    await table.client.send(
      new TransactWriteCommand({
        TransactItems: parts.map(({ pk, sk }, place) => ({
          Update: {
            TableName: table.name,
            Key: { pk, sk },
            UpdateExpression: 'SET #bytes = :bytes',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeNames: { '#bytes': 'bytes' },
            ExpressionAttributeValues: { ':bytes': bytes.subarray(place * size, (place + 1) * size) },
          },
        })),
      }),
    );
  } catch (error) {
    if (failedConditions(error) === undefined) throw error;
  }
}

function readParts(parts: readonly Part[]): string | undefined {
  try {
    return gunzipSync(Buffer.concat(parts.map(({ bytes }) => bytes))).toString('utf8');
  } catch {
    return undefined;
  }
}

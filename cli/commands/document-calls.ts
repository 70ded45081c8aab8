import * as z from 'zod';
import { Failure } from '../failure.ts';
import type { Client } from '../server/client.ts';
import { describeRefusal } from '../server/refusal.ts';
import { projectPath } from '../session.ts';
import type { DocumentFile } from './document-file.ts';

/** One difference between two documents. */
const DocumentChange = z.object({
  kind: z.enum(['added', 'removed', 'changed', 'moved']),
  path: z.string(),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
});
export type DocumentChange = z.infer<typeof DocumentChange>;

/** What a document changes, or has changed. */
const Applied = z.object({
  version: z.int(),
  changes: z.array(DocumentChange),
  moreChanges: z.int().default(0),
  notYet: z.array(z.string()).default([]),
  warnings: z.array(z.string()).default([]),
});
export type Applied = z.infer<typeof Applied>;

/** The tag of the document in force; undefined where there is no project yet. */
export async function findEtag(client: Client, project: string): Promise<string | undefined> {
  const answer = await client.call({ path: projectPath(project, 'document') });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw describeRefusal(answer);
  if (answer.etag === undefined) throw new Failure('broken', `${client.origin} sent no ETag: is a proxy in between?`);
  return answer.etag;
}

const Versions = z.object({ items: z.array(z.object({ version: z.int(), at: z.iso.datetime(), by: z.string() })) });

/** Clocks that differ by less than an HTTP date can tell are taken for the same. */
const clockSlackMs = 2_000;

/**
 * The version that somebody has applied since an instant of this machine's clock (epoch milliseconds), if the one in force is
 * such a one: whoever began before it has not seen it.
 */
export async function findAppliedSince(
  client: Client,
  project: string,
  since: number,
): Promise<{ version: number; at: string; by: string } | undefined> {
  const answer = await client.call({ path: projectPath(project, 'document', 'versions'), query: { limit: '1' } });
  const newest = Versions.safeParse(answer.body).data?.items[0];
  if (newest === undefined) return undefined;
  const ahead = (answer.at ?? Date.now()) - Date.now();
  const sinceThere = since + (Math.abs(ahead) < clockSlackMs ? 0 : ahead);
  return Date.parse(newest.at) > sinceThere ? newest : undefined;
}

/** Sends a document in place of the version that `etag` names, or asks what it would change. */
export async function putDocument(
  client: Client,
  { project, text, contentType }: DocumentFile,
  { etag, dryRun, force }: { etag: string | undefined; dryRun: boolean; force: boolean },
): Promise<Applied> {
  return await client.read(Applied, {
    method: 'PUT',
    path: projectPath(project, 'document'),
    query: { dryRun: dryRun ? 'true' : undefined, force: force ? 'true' : undefined },
    headers: { 'content-type': contentType, ...(etag === undefined ? {} : { 'if-match': etag }) },
    raw: text,
  });
}

import { findVersion } from '../../adapters/dynamodb/document-versions.ts';
import { findProject } from '../../adapters/dynamodb/projects.ts';
import { type HttpReply, refuse } from '../kit/http.ts';
import type { AdminDependencies } from './call.ts';

/** The refusal of a document that is to replace another than the one in force: says which that is, and who applied it when. */
export async function refuseChanged(
  { table, now }: AdminDependencies,
  project: string,
  ifMatch: string | undefined,
): Promise<HttpReply> {
  const pointer = await findProject(table, project);
  if (pointer === undefined) {
    return refuse(412, 'There is no such project yet: leave If-Match out to make it.');
  }
  const known = await findVersion(table, project, pointer.version, now());
  const applied = known === undefined ? '' : `, applied by ${known.version.by} at ${known.version.at}`;
  const others = ifMatch === undefined ? 'somebody made the project meanwhile' : 'not the one that If-Match names';
  return refuse(
    412,
    `The document in force is version ${pointer.version}${applied}: ${others}. Read it again and bring your change to it.`,
  );
}

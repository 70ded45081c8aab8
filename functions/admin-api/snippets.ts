import { listMembers } from '../../adapters/dynamodb/memberships.ts';
import type { ExternalSource } from '../../core/document/schema.ts';
import { exampleReport } from '../../core/snippets/example-report.ts';
import { signingSteps } from '../../core/snippets/signing-steps.ts';
import { writeSnippets } from '../../core/snippets/write-snippets.ts';
import { findSource } from '../../core/sources/find-source.ts';
import { notFound } from '../kit/http.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';

/** Answers with code that sends one report to a source, in several languages. */
export const showSnippets: Handle<ProjectCall> = async (dependencies, call) => {
  const configuration = await dependencies.readConfiguration(call.project);
  const found = configuration && findSource(configuration.document, pathParameter(call, 'source'));
  if (found === undefined) return notFound();
  const { source, feedbackType } = found;
  const url = `${dependencies.apiOrigin}/api/v1/projects/${call.project}/feedback/${source.key}`;
  const submitter = await chooseSubmitter(dependencies, call, source);
  const { body, notes } = exampleReport(source, feedbackType, submitter);
  const { apiKey, signature } = source;
  const signing = signature === undefined ? undefined : signingSteps(signature, { method: 'POST', url });
  const snippets = writeSnippets({ url, body, apiKey, signing });
  return { status: 200, json: { source: source.key, url, body, notes, snippets } };
};

/** An address with which the report is taken: the caller's own where it is a member's, else the default one, else any. */
export async function chooseSubmitter(
  { table }: AdminDependencies,
  { project, member }: ProjectCall,
  { defaultSubmitter }: Pick<ExternalSource, 'defaultSubmitter'>,
): Promise<string | undefined> {
  const known = member?.email ?? defaultSubmitter;
  return known ?? (await listMembers(table, project, { limit: 1 })).items[0]?.email;
}

import { findDeletion } from '../../adapters/dynamodb/deleted-projects.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { type ListedMember, listAllMembers } from '../../adapters/dynamodb/memberships.ts';
import { findProject, readDocument } from '../../adapters/dynamodb/projects.ts';
import { documentReferences } from '../../core/document/check-document.ts';
import { readProperty } from '../../core/document/raw-document.ts';
import { sayBeingErased } from '../../core/people/say-being-erased.ts';
import { type HttpReply, refuse, refuseContended } from '../kit/http.ts';
import { readBody } from '../kit/read-input.ts';
import { storeProposal } from './apply-document.ts';
import type { AdminDependencies, Handle, ProjectCall } from './call.ts';
import { CopiedProject, ProjectCopy } from './document-schemas.ts';
import { quoteTag } from './if-match.ts';
import { proposeDocument } from './propose-document.ts';
import { nameCall } from './record-audit.ts';
import { seedsOf } from './seed-members.ts';

const contended =
  'Too much is going on at once: the project was not made, but some of its members may be stored. Repeat the call shortly: that is safe.';

/** Makes a project from another one's document; secrets never come along, and members only where that is asked for. */
export const copyProject: Handle<ProjectCall> = async (dependencies, call) => {
  const { request, project, pointer } = call;
  const body = readBody(request, ProjectCopy);
  if (body.outcome === 'refused') return body.reply;
  const { key, name = pointer.name, members } = body.input;
  request.note({ copy: key });
  const { table } = dependencies;
  if ((await findProject(table, key)) !== undefined || (await findDeletion(table, key)) !== undefined)
    return refuseTaken(key);
  const document = await readDocument(dependencies.table, pointer);
  const seeds = seedsOf(await findPeople(dependencies, call, document, members), document);
  const copy = {
    ...Object(document),
    project: { ...Object(readProperty(document, 'project')), key, name },
    ...(seeds.length === 0 ? {} : { members: members ? seeds : seeds.map(({ role: _, ...seed }) => seed) }),
  };
  const proposer = { ...nameCall(call), object: `projects/${project}` };
  const proposed = await proposeDocument(dependencies, { project: key, pointer: undefined, call: proposer }, copy);
  if (proposed.outcome === 'refused') return proposed.reply;
  const stored = await storeProposal(dependencies, proposed.input.proposal);
  if (stored.outcome === 'changed-meanwhile') return refuseTaken(key);
  if (stored.outcome === 'being-erased') return refuse(409, sayBeingErased(stored.people));
  if (stored.outcome === 'contended') return refuseContended(contended);
  const { proposal, notYet, warnings } = proposed.input;
  const overridden = await warnOfStageVariables(dependencies, call, key);
  const brought = members
    ? []
    : proposal.document.members.map(
        ({ email }) =>
          `members: ${email} came along, without a role, because a source needs them as its default submitter`,
      );
  return {
    status: 201,
    audit: 'recorded',
    headers: { location: `${dependencies.apiOrigin}/admin/v1/projects/${key}`, etag: quoteTag(stored.pointer.etag) },
    json: CopiedProject.parse({ ...stored.pointer, notYet, warnings: [...warnings, ...brought, ...overridden] }),
  };
};

/** All members, or only those without whom a source could not take reports. */
async function findPeople(
  { table }: AdminDependencies,
  { project }: ProjectCall,
  document: unknown,
  all: boolean,
): Promise<Pick<ListedMember, 'email' | 'name' | 'teams' | 'role'>[]> {
  if (all) return await listAllMembers(table, project);
  const found = await findMembers(table, project, documentReferences(document).emails);
  return [...found.values()].map(({ member }) => member);
}

/** A stage's settings name variables by project, so those of a new one are its document's. */
async function warnOfStageVariables(
  { readConfiguration }: AdminDependencies,
  { project }: ProjectCall,
  key: string,
): Promise<string[]> {
  const configuration = await readConfiguration(project);
  const given = configuration?.document.variables ?? {};
  const overridden = Object.entries(configuration?.variables ?? {}).filter(([name, value]) => given[name] !== value);
  return overridden.map(
    ([name]) => `variables.${name}: this stage's settings give ${project} another value, and ${key} none`,
  );
}

function refuseTaken(key: string): HttpReply {
  return refuse(409, `There is a project '${key}' already: choose another key.`);
}

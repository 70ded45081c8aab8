import { findMembers, type StoredMember } from '../../adapters/dynamodb/members.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { canonicalEmail } from '../../core/members.ts';
import { memberEdit, newMember } from '../../core/people/member-edit.ts';
import { type HttpReply, notFound, refuse, refuseContended } from '../kit/http.ts';
import { readBody } from '../kit/read-input.ts';
import { type Decided, type StoredDecision, storeDecided } from '../kit/store-decided.ts';
import { type PersonChange, preparePerson } from '../kit/store-person.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { checkIfMatch } from './if-match.ts';
import { answerMember } from './members.ts';

/** How long a change goes on trying, in milliseconds. */
const maxChangeMs = 5_000;

/** What changing a member came to. */
type Changed =
  | { outcome: 'stored'; stored: StoredMember }
  | { outcome: 'exists' | 'absent' | 'not-met' }
  | { outcome: 'too-large' | 'being-erased'; reason: string };

/** Adds a member to the project. */
export const addMember: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, apiOrigin, readConfiguration } = dependencies;
  const { project, request, role } = call;
  const configuration = await readConfiguration(project);
  if (configuration === undefined) return notFound();
  const body = readBody(request, newMember(configuration.document, role));
  if (body.outcome === 'refused') return body.reply;
  const { email, ...edit } = body.input;
  const changed = await store(dependencies, async () => {
    if ((await findMembers(table, project, [email])).has(email)) return { answer: { outcome: 'exists' } };
    return await decide(dependencies, call, { configuration, email, stored: undefined, edit });
  });
  if (changed.outcome !== 'stored' || changed.answer.outcome !== 'stored') return refuseChange(changed);
  const location = `${apiOrigin}/admin/v1/projects/${project}/members/${encodeURIComponent(email)}`;
  return answerMember(201, changed.answer.stored, { location });
};

/** Changes what is named of a member, if it is still as the caller has seen it; what that sets off is stored with it. */
export const changeMember: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, readConfiguration } = dependencies;
  const { project, request, principal, role } = call;
  const configuration = await readConfiguration(project);
  const email = canonicalEmail(pathParameter(call, 'email'));
  const find = async (address: string) => (await findMembers(table, project, [address])).get(address);
  const found = email === undefined ? undefined : await find(email);
  if (configuration === undefined || email === undefined || found === undefined) return notFound();
  const ifMatch = request.headers['if-match'];
  const precondition = checkIfMatch(ifMatch, String(found.version));
  if (precondition === 'missing') {
    const description = "Send the member's ETag as If-Match, so that nobody's change is lost.";
    return refuse(428, description);
  }
  if (precondition === 'not-met') return refuseChanged();
  const isOneself = principal.kind === 'person' && !principal.isAdministrator && principal.email === email;
  const rights = { giver: role, held: found.member.role, isOneself };
  const body = readBody(request, memberEdit(configuration.document, rights));
  if (body.outcome === 'refused') return body.reply;
  let stored: StoredMember | undefined = found;
  const changed = await store(dependencies, async () => {
    const current = stored ?? (await find(email));
    stored = undefined;
    if (current === undefined) return { answer: { outcome: 'absent' } };
    // What was allowed of the member was judged by what they were: `*` means any version, but no other role.
    const isSame = current.member.role === found.member.role;
    if (checkIfMatch(ifMatch, String(current.version)) !== 'met' || !isSame) return { answer: { outcome: 'not-met' } };
    return await decide(dependencies, call, { configuration, email, stored: current, edit: body.input });
  });
  if (changed.outcome !== 'stored' || changed.answer.outcome !== 'stored') return refuseChange(changed);
  const reply = answerMember(200, changed.answer.stored);
  return changed.answer.stored === found ? { ...reply, audit: 'nothing-changed' } : reply;
};

async function store(dependencies: AdminDependencies, decideAgain: () => Promise<Decided<Changed>>) {
  return await storeDecided(dependencies, decideAgain, dependencies.now() + maxChangeMs);
}

async function decide(
  dependencies: AdminDependencies,
  { principal }: ProjectCall,
  change: Omit<PersonChange, 'cause'>,
): Promise<Decided<Changed>> {
  const cause = { kind: 'person' as const, by: nameCaller(principal) };
  const prepared = await preparePerson(dependencies, { ...change, cause });
  switch (prepared.outcome) {
    case 'unchanged': {
      if (change.stored === undefined) throw new Error('a new member is always a change');
      return { answer: { outcome: 'stored', stored: change.stored } };
    }
    case 'being-erased':
    case 'too-large':
      return { answer: prepared };
    case 'changed':
      return { answer: { outcome: 'stored', stored: prepared.stored }, toStore: prepared.toStore };
  }
}

function refuseChange(changed: StoredDecision<Changed>): HttpReply {
  const answer = changed.outcome === 'stored' ? changed.answer : undefined;
  switch (answer?.outcome) {
    case 'exists':
      return refuse(409, 'The project has a member with this address already: change that one (PATCH).');
    case 'absent':
      return notFound();
    case 'not-met':
      return refuseChanged();
    case 'being-erased':
      return refuse(409, answer.reason);
    case 'too-large':
      return refuse(413, answer.reason);
    default:
      return refuseContended('The member was not stored: too much is going on at once. Try again shortly.');
  }
}

function refuseChanged(): HttpReply {
  return refuse(412, 'The member is not as If-Match says any more: read it again and bring your change to it.');
}

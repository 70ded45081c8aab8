import { hasChanged } from '../../adapters/dynamodb/audit.ts';
import { beginErasure } from '../../adapters/dynamodb/erasures.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { findProject, type ProjectPointer, readDocument } from '../../adapters/dynamodb/projects.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { ProjectDocument } from '../../core/document/schema.ts';
import { pathsOf } from '../../core/erasure/paths-of-address.ts';
import { inspectedName } from '../../core/inspector/bounds.ts';
import type { Member } from '../../core/member.ts';
import { canonicalEmail } from '../../core/members.ts';
import { isHeldAbove } from '../../core/people/member-edit.ts';
import { makeRun } from '../../core/runs/make-run.ts';
import type { ErasureScope } from '../../core/runs/scope.ts';
import { type HttpReply, notFound, refuse, refuseContended } from '../kit/http.ts';
import { answerErasing, answerHidden } from './answer-erasing.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';
import { eraseWaitSeconds, lookedThrough } from './looked-through.ts';

/** Tries to erase a member that others keep changing (docs/architecture.md, 1). */
const maxTries = 5;

/** Removes a member at once, and has a run replace the address wherever the project holds it. */
export const eraseCalledMember: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, dueShards, now, newId, pause } = dependencies;
  const { project, principal } = call;
  const email = canonicalEmail(pathParameter(call, 'email'));
  if (email === undefined) return notFound();
  const [id, token] = [newId(), newId()];
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    const [pointer, found] = await Promise.all([findProject(table, project), findMembers(table, project, [email])]);
    const stored = found.get(email);
    if (pointer === undefined || stored === undefined) {
      return tries === 1 ? notFound() : await answerHidden(dependencies, call, { id, waitSeconds: eraseWaitSeconds });
    }
    if (principal.kind === 'person' && principal.email === email) {
      return refuse(409, 'You are signed in as this member: have somebody else erase you.');
    }
    const refusal = await refuseByRole(table, call, stored.member);
    if (refusal !== undefined) return refusal;
    const document = await readDocument(table, pointer);
    const paths = pathsOf(document, email);
    if (paths.length > 0) {
      const where = paths.join(', ');
      return refuse(
        409,
        `The project's document names this address in ${where}: apply one that does not, then repeat.`,
      );
    }
    const pseudonym = `erased-${newId().toLowerCase()}@erased.invalid`;
    const run = makeRun(
      {
        id,
        project,
        cause: { kind: 'person', by: nameCaller(principal) },
        over: await scopeOf(table, { pointer, document, pseudonym, now: now() }),
        startedAt: now(),
      },
      now() + eraseWaitSeconds * 1_000,
    );
    const { member, version: memberVersion } = stored;
    const erasure = { run, member, memberVersion, documentVersion: pointer.version, pseudonym };
    const outcome = await beginErasure(table, { ...erasure, token: `${token}${tries}` }, dueShards);
    if (outcome !== 'begun') continue;
    return await answerErasing(dependencies, call, { run, waitSeconds: eraseWaitSeconds });
  }
  return refuseContended('The member was not erased. Try again shortly.');
};

/** Nobody takes away more than they have, and only administrators make the project forget who changed what in it. */
async function refuseByRole(
  table: Table,
  { project, role }: ProjectCall,
  { email, role: held }: Member,
): Promise<HttpReply | undefined> {
  if (isHeldAbove(held, role)) {
    return refuse(403, `The member's role was given by an administrator, and yours is ${role}: they can erase them.`);
  }
  if (role === 'administrator' || !(await hasChanged(table, project, email))) return undefined;
  return refuse(
    403,
    'The member has changed things in this project, and the audit says so: an administrator can erase them.',
  );
}

/** What is looked through beside the project's lists; last comes what was made while the run was at work. */
async function scopeOf(
  table: Table,
  { pointer, document, pseudonym, now }: { pointer: ProjectPointer; document: unknown; pseudonym: string; now: number },
): Promise<ErasureScope> {
  const { automations, externalSources, externalListeners } = ProjectDocument.parse(document);
  const { feedbackTypes, activity } = await lookedThrough(table, { pointer, document, now });
  return {
    kind: 'erasure',
    of: 'member',
    pseudonym,
    feedbackTypes,
    named: [
      ...['person', 'project', 'audit'],
      ...externalSources.map(({ key }) => `inspected/${inspectedName('sources', key)}`),
      ...externalListeners.map(({ key }) => `inspected/${inspectedName('listeners', key)}`),
      ...automations.map(({ key }) => `automation/${key}`),
      ...activity,
      'late',
    ],
  };
}

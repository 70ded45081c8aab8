import { deleteProject } from '../../adapters/dynamodb/deleted-projects.ts';
import { readDocument } from '../../adapters/dynamodb/projects.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { makeRun } from '../../core/runs/make-run.ts';
import { refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { readBody } from '../kit/read-input.ts';
import { answerErasing, answerHidden } from './answer-erasing.ts';
import type { Handle, ProjectCall } from './call.ts';
import { eraseWaitSeconds, lookedThrough } from './looked-through.ts';
import { ProjectRemoval } from './project-removal.ts';
import { nameCall } from './record-audit.ts';

/** Tries to delete a project that others are at (docs/architecture.md, 1). */
const maxTries = 5;

/** Hides an archived project at once, and has a run remove everything of it. */
export const deleteCalledProject: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, dueShards, now, newId, pause } = dependencies;
  const { project, pointer, principal } = call;
  const body = readBody(call.request, ProjectRemoval);
  if (body.outcome === 'refused') return body.reply;
  if (body.input.key !== project) {
    const message = `To confirm, this is to be the key of the project: ${project}.`;
    return refuseParameters([{ parameter: 'key', code: 'invalid_choice', message, allowed: [project] }]);
  }
  if (pointer.archivedAt === undefined) {
    return refuse(409, 'Only an archived project can be deleted: archive it first.');
  }
  const looked = await lookedThrough(table, { pointer, document: await readDocument(table, pointer), now: now() });
  const run = makeRun(
    {
      id: newId(),
      project,
      cause: { kind: 'person', by: nameCaller(principal) },
      over: {
        kind: 'erasure',
        of: 'project',
        feedbackTypes: looked.feedbackTypes,
        named: ['audit', ...looked.activity, 'rest'],
      },
      startedAt: now(),
    },
    now() + eraseWaitSeconds * 1_000,
  );
  // It is the community's to know: what the project's own audit says goes with the project.
  const entry = { at: run.startedAt, ...nameCall(call), object: `projects/${project}`, made: `runs/${run.id}` };
  const deletion = { run, entry, entryId: newId(), token: newId() };
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    const outcome = await deleteProject(table, deletion, dueShards);
    if (outcome === 'contended') continue;
    if (outcome === 'changed-meanwhile') {
      const hidden = await answerHidden(dependencies, call, { id: run.id, waitSeconds: eraseWaitSeconds });
      if (hidden.status === 202) return { ...hidden, audit: 'recorded' as const };
      return refuse(409, 'The project was brought back or deleted meanwhile: look at it again.');
    }
    const answer = await answerErasing(dependencies, call, { run, waitSeconds: eraseWaitSeconds });
    return { ...answer, audit: 'recorded' as const };
  }
  return refuseContended('The project was not deleted. Try again shortly.');
};

import { findRun } from '../../adapters/dynamodb/runs.ts';
import type { Run } from '../../core/runs/run.ts';
import { showRun } from '../../core/runs/show-run.ts';
import { notFound } from '../kit/http.ts';
import { sendCount } from '../kit/send-run.ts';
import type { AdminDependencies, AdminReply, ProjectCall } from './call.ts';
import { answerBegun } from './runs.ts';

/** Has an erasure counted that is stored, after so many seconds, and answers with it. */
export async function answerErasing(
  dependencies: AdminDependencies,
  call: ProjectCall,
  { run, waitSeconds }: { run: Run; waitSeconds: number },
): Promise<AdminReply> {
  const unsent = await sendCount(dependencies, run, waitSeconds);
  call.request.note({ run: run.id, ...unsent });
  return answerBegun(dependencies, showRun(run, undefined, dependencies.now()));
}

/** Answers where the record is gone after a try that was told of contention: it may be our own run that took it. */
export async function answerHidden(
  dependencies: AdminDependencies,
  call: ProjectCall,
  { id, waitSeconds }: { id: string; waitSeconds: number },
): Promise<AdminReply> {
  const run = await findRun(dependencies.table, { project: call.project, id });
  return run === undefined ? notFound() : await answerErasing(dependencies, call, { run, waitSeconds });
}

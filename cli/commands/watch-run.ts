import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { printable } from '../columns.ts';
import { exitCodes, Failure } from '../failure.ts';
import { openProgress } from '../progress.ts';
import { projectPath, type Session } from '../session.ts';

/** Between two looks at a run, in milliseconds. */
const lookEveryMs = 400;
/** How long a cancellation may take until it is left alone, in milliseconds. */
const cancelWithinMs = 30_000;
/** Failed targets that are named at the end. */
const namedFailures = 10;
const foundNothing = 'There is nothing that it would be about.';

/** A run as far as its progress goes. */
export const Run = z.looseObject({
  id: z.string(),
  state: z.enum(['counting', 'counted', 'running', 'cancelling', 'cancelled', 'done']),
  total: z.int(),
  done: z.int(),
  failed: z.int(),
  skipped: z.int(),
  secondsLeft: z.int().optional(),
});
export type Run = z.infer<typeof Run>;

const Result = z.looseObject({
  ticket: z.string().optional(),
  member: z.string().optional(),
  delivery: z.string().optional(),
  submission: z.string().optional(),
  reason: z.string().optional(),
});

/** How a run is seen through. */
export type Watching = { project: string; ask: (run: Run) => Promise<boolean> };

/** Sees a run through to its end, asking before it starts where it waits for that; Ctrl-C cancels it. */
export async function watchRun(session: Session, begun: Run, { project, ask }: Watching): Promise<void> {
  const { terminal } = session;
  const progress = openProgress(terminal, 'targets');
  let run = begun;
  try {
    while (run.state !== 'done' && run.state !== 'cancelled') {
      if (run.state === 'counted' && run.total === 0) return await leave(session, project, run);
      if (run.state === 'counted') run = await startIfWanted(session, run, { project, ask });
      else if (run.state === 'counting') run = await lookAgain(session, project, run);
      else {
        progress.show(run.done + run.failed + run.skipped, run.total, remaining(run));
        run = await lookAgain(session, project, run);
      }
    }
    if (run.total > 0) progress.show(run.done + run.failed + run.skipped, run.total);
  } catch (error) {
    progress.stop();
    if (!terminal.interrupted.aborted) throw error;
    run = await cancel(session, project, run);
  } finally {
    progress.stop();
  }
  await conclude(session, project, run);
}

/** Asks a run to do something: start, cancel, resume, retry. */
export async function askRun(
  { client }: Session,
  project: string,
  run: string,
  what: 'start' | 'cancel' | 'resume' | 'retry',
  signal?: AbortSignal,
): Promise<Run> {
  const path = projectPath(project, 'runs', run, what);
  return await client.read(Run, { method: 'POST', path, ...(signal === undefined ? {} : { signal }) });
}

async function startIfWanted(session: Session, run: Run, { project, ask }: Watching): Promise<Run> {
  try {
    if (!(await ask(run))) throw new Failure('declined', 'Nothing was begun.');
    return await askRun(session, project, run.id, 'start');
  } catch (error) {
    if (!session.terminal.interrupted.aborted) await askRun(session, project, run.id, 'cancel');
    throw error;
  }
}

/** Leaves a run that found nothing; nobody needs to be asked, and nothing is wrong. */
async function leave(session: Session, project: string, run: Run): Promise<void> {
  session.terminal.emit(await askRun(session, project, run.id, 'cancel'));
  session.terminal.say(foundNothing);
}

async function lookAgain({ client, terminal }: Session, project: string, { id }: Run): Promise<Run> {
  await wait(lookEveryMs, undefined, { signal: terminal.interrupted });
  return await client.read(Run, { path: projectPath(project, 'runs', id) });
}

/** Cancels a run after Ctrl-C and waits until what was being worked has finished. */
async function cancel(session: Session, project: string, run: Run): Promise<Run> {
  const { client, terminal } = session;
  terminal.say('Cancelling …');
  const signal = AbortSignal.timeout(cancelWithinMs);
  // It may have come to its end just now, and then there is nothing to cancel.
  let now = await askRun(session, project, run.id, 'cancel', signal).catch((error: unknown) => {
    if (error instanceof Failure && error.kind === 'refused') return run;
    throw error;
  });
  while (now.state !== 'done' && now.state !== 'cancelled') {
    await wait(lookEveryMs, undefined, { signal });
    now = await client.read(Run, { path: projectPath(project, 'runs', run.id), signal });
  }
  return now;
}

async function conclude(session: Session, project: string, run: Run): Promise<void> {
  const { terminal } = session;
  terminal.emit(run);
  if (run.total === 0 && run.state === 'done') terminal.say(foundNothing);
  terminal.print(`${run.done} done, ${run.failed} failed, ${run.skipped} skipped, of ${run.total} (run ${run.id}).`);
  if (run.failed > 0) await nameFailures(session, project, run);
  if (run.state === 'cancelled') {
    terminal.say(`Cancelled. Go on with: feedbridge runs resume ${run.id}`);
    process.exitCode = exitCodes.interrupted;
  } else if (run.failed > 0) {
    terminal.say(`Try those that failed again with: feedbridge runs retry ${run.id}`);
    process.exitCode = exitCodes.incomplete;
  }
}

async function nameFailures({ client, terminal }: Session, project: string, { id, failed }: Run): Promise<void> {
  const page = await client.read(z.object({ items: z.array(Result) }), {
    path: projectPath(project, 'runs', id, 'results'),
    query: { outcome: 'failed', limit: String(namedFailures) },
    signal: AbortSignal.timeout(cancelWithinMs),
  });
  for (const { ticket, member, delivery, submission, reason = 'no reason is known' } of page.items) {
    terminal.say(printable(`  ${submission ?? delivery ?? ticket ?? member ?? ''}: ${reason}`));
  }
  if (failed > page.items.length) terminal.say(`  … and ${failed - page.items.length} more`);
}

function remaining({ secondsLeft }: Run): string {
  return secondsLeft === undefined ? '' : `about ${secondsLeft} s left`;
}

import { nameCaller } from '../../core/access/principal.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { listRun } from '../../core/runs/make-run.ts';
import type { Run, RunPage } from '../../core/runs/run.ts';
import { withinBytes } from '../../core/within-bytes.ts';
import { type HttpReply, type HttpRequest, maxBodyBytes, notFound, refuse } from '../kit/http.ts';
import { type Input, readQuery } from '../kit/read-input.ts';
import type { AdminDependencies, Handle, ProjectCall } from './call.ts';
import { ImportQuery } from './import-schemas.ts';
import { type BadLine, type JudgedFile, judgeFile } from './judge-file.ts';
import { beginList } from './runs.ts';

/** Problems that one answer lists. */
const maxListed = 200;
const csvTypes = ['text/csv', 'application/csv', 'text/plain', 'application/octet-stream'];

/** Imports a file of members: adds who is missing and changes what it says of the others, as a run. */
export const importMembers: Handle<ProjectCall> = async (dependencies, call) => {
  const { request, project, role } = call;
  const refusal = refuseCsvForm(request);
  if (refusal !== undefined) return refusal;
  const query = readQuery(request, ImportQuery);
  if (query.outcome === 'refused') return query.reply;
  const configuration = await dependencies.readConfiguration(project);
  if (configuration === undefined) return notFound();
  const file = judgeFile(request.body, configuration.document, role);
  if (file.outcome === 'refused') return file.reply;
  const settled = settleFile(file.input, query.input);
  if (settled.outcome === 'refused') return { ...settled.reply, audit: 'nothing-changed' };
  return await beginList(dependencies, call, importRun(dependencies, call, file.input));
};

/** Refuses what is too large, or is no CSV by its type. */
export function refuseCsvForm({ body, headers }: HttpRequest): HttpReply | undefined {
  if (body.byteLength > maxBodyBytes) {
    return refuse(413, 'A body may have 1 MiB at most: send a larger file in pieces (POST …/imports).');
  }
  const mediaType = (headers['content-type']?.split(';')[0] ?? 'text/csv').trim().toLowerCase();
  return csvTypes.includes(mediaType) ? undefined : refuse(415, 'Send the file as text/csv.');
}

/** Whether a judged file is to be imported as it is; a dry run, and a file with a bad line, are answered here. */
export function settleFile({ good, bad, breaksOff }: JudgedFile, { dryRun, skipBad }: ImportQuery): Input<undefined> {
  const lines = good.length + bad.length;
  if (dryRun === 'true') {
    const json = { dryRun: true, lines, bad: bad.length, errors: listErrors(bad) };
    return { outcome: 'refused', reply: { status: 200, json } };
  }
  if (good.length === 0 || breaksOff || (bad.length > 0 && skipBad !== 'true')) {
    const found = bad.length === 0 ? 'The file has no line with a member' : `${bad.length} of ${lines} lines are wrong`;
    const description = `${found}: nothing was imported.`;
    return { outcome: 'refused', reply: refuse(400, description, listErrors(bad)) };
  }
  return { outcome: 'read', input: undefined };
}

/** A run over the good lines of a file. */
export function importRun(
  { newId, now }: AdminDependencies,
  { project, principal, role }: ProjectCall,
  { good }: JudgedFile,
): { run: Run; pages: RunPage[] } {
  return listRun(
    {
      ...{ id: newId(), project, startedAt: now() },
      cause: { kind: 'person', by: nameCaller(principal) },
      over: { kind: 'import', giver: role },
    },
    good.map((line) => JSON.stringify(line)),
  );
}

function listErrors(bad: readonly BadLine[]): ParameterError[] {
  const errors = bad.slice(0, maxListed).flatMap(({ line, errors: found }) =>
    found.map(({ parameter, message, ...error }) => {
      return { parameter: `line ${line}: ${parameter}`, ...error, message: `Line ${line}: ${message}` };
    }),
  );
  return [...withinBytes(errors.slice(0, maxListed)).kept];
}

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import type { FuzzAnswer } from './fuzz-answers.ts';
import type { FuzzRequest } from './fuzz-requests.ts';

/** What exists where the requests go, so that many of them get beyond the first check. */
export type Surroundings = {
  /** A project that no request can change, and one that documents are applied to. */
  project: string;
  changing: string;
  keys: Readonly<{ mobile: string; web: string; jira: string }>;
  /** Ids of a ticket, a run, a delivery and a rejected submission, and cursors that lists answered. */
  ids: Readonly<{ ticket: string; run: string; delivery: string; submission: string }>;
  cursors: readonly string[];
  etag: string;
  /** A valid document for the changing project. */
  document: unknown;
};

/** Sends one request and gives its answer. */
export type Send = (request: FuzzRequest) => Promise<FuzzAnswer>;

const Example = z.looseObject({ project: z.looseObject({ key: z.string() }) });
const Page = z.object({ items: z.array(z.looseObject({ id: z.string().optional() })), cursor: z.string().optional() });
const Run = z.looseObject({ id: z.string() });
const Kept = z.looseObject({ quarantine: z.string().optional() });

/** Fills a project that has the example's configuration, makes a second one, and says what there is now. */
export async function prepareSurroundings(
  send: Send,
  given: Pick<Surroundings, 'project' | 'changing' | 'keys'>,
): Promise<Surroundings> {
  const ask = async (method: string, target: string, body?: unknown) => {
    const answer = await send(sound(method, target, given.keys.mobile, body));
    if (answer.status >= 300) throw new Error(`${method} ${target} answered ${answer.status}: ${answer.body}`);
    return { json: JSON.parse(answer.body.toString('utf8')), headers: new Map(answer.headers) };
  };
  const { project, changing } = given;
  const admin = `/admin/v1/projects/${project}`;
  for (const summary of ['One', 'Two', 'Three']) {
    await ask('POST', `/api/v1/projects/${project}/feedback/appcrashlog`, { summary, severity: 'Critical' });
  }
  const example = Example.parse(parse(readFileSync('examples/apollo.yaml', 'utf8')));
  const document = { ...example, project: { ...example.project, key: changing } };
  const applied = await ask('PUT', `/admin/v1/projects/${changing}/document`, document);
  const tickets = Page.parse((await ask('GET', `${admin}/tickets?limit=1`)).json);
  const deliveries = Page.parse((await ask('GET', `${admin}/deliveries?limit=1`)).json);
  const refused = sound('POST', `/api/v1/projects/${project}/feedback/appcrashlog`, given.keys.mobile, { severity: 7 });
  const { quarantine: submission = 'none' } = Kept.parse(JSON.parse((await send(refused)).body.toString('utf8')));
  const ticket = tickets.items[0]?.id ?? '';
  const run = Run.parse((await ask('POST', `${admin}/macros/tell-slack/runs`, { tickets: [ticket] })).json);
  return {
    ...given,
    ids: { ticket, run: run.id, delivery: deliveries.items[0]?.id ?? '', submission },
    cursors: [tickets.cursor, deliveries.cursor].filter((cursor) => cursor !== undefined),
    etag: applied.headers.get('etag') ?? '',
    document,
  };
}

/** A request with nothing odd about it. */
function sound(method: string, target: string, key: string, body: unknown): FuzzRequest {
  return {
    ...{ method, target },
    headers: [
      ['content-type', 'application/json'],
      ['x-api-key', key],
    ],
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    caller: { token_use: 'id', email: 'root@example.com', email_verified: true, groups: ['administrators'] },
  };
}

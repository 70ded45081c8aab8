import * as z from 'zod';
import { Failure } from '../failure.ts';
import { findOrigin } from '../server/connect.ts';
import { findLocalStack } from '../server/local-stack.ts';
import { readOrigin } from '../server/origin.ts';
import { projectPath, type Session } from '../session.ts';

/** Where a file is sent: the endpoint of a field of a ticket, and the key that opens it unless its address does. */
export type UploadPlace = { endpoint: string; key: string | undefined };

/** What was said of the place. */
export type UploadOptions = {
  ticket?: string | undefined;
  source?: string | undefined;
  field?: string | undefined;
  project?: string | undefined;
  url?: string | undefined;
};

const Ticket = z.looseObject({ origin: z.looseObject({ kind: z.string(), key: z.string().optional() }) });
const Document = z.looseObject({
  feedbackTypes: z.array(
    z.looseObject({ key: z.string(), fields: z.array(z.looseObject({ key: z.string(), kind: z.string() })) }),
  ),
  externalSources: z.array(
    z.looseObject({
      key: z.string(),
      feedbackType: z.string(),
      apiKey: z.string().optional(),
      fields: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

/**
 * Finds the endpoint: the address in FEEDBRIDGE_UPLOAD_ENDPOINT; with FEEDBRIDGE_API_KEY, project, source and field the one that they name;
 * else the ticket says which source it came through, and the document which fields and key that has.
 */
export async function findUploadPlace(session: Session, options: UploadOptions): Promise<UploadPlace> {
  const { FEEDBRIDGE_UPLOAD_ENDPOINT: endpoint = '', FEEDBRIDGE_API_KEY: key = '' } = process.env;
  const { ticket, source, field, project, url } = options;
  if (endpoint !== '') return { endpoint: addressOf(endpoint), key: undefined };
  if (ticket === undefined) throw new Failure('misused', 'Name the ticket, such as --ticket BUG-0001.');
  const given = { ticket, source: source ?? '', parameter: field ?? '' };
  if (key !== '' && source !== undefined && field !== undefined && project !== undefined) {
    return { endpoint: endpointOf(findOrigin(url), project, given), key };
  }
  return await lookUpPlace(session, { ...options, ticket }, key);
}

async function lookUpPlace(
  session: Session,
  { ticket, source, field }: UploadOptions & { ticket: string },
  given: string,
): Promise<UploadPlace> {
  const { client } = session;
  const project = await session.project();
  const { origin } = await client.read(Ticket, { path: projectPath(project, 'tickets', ticket) });
  const document = await client.read(Document, { path: projectPath(project, 'document') });
  const name = source ?? (origin.kind === 'source' ? origin.key : undefined);
  const found = document.externalSources.find((one) => one.key === name);
  if (found === undefined) {
    throw new Failure(
      'refused',
      `${ticket} came through no source of the project, and files come through the source of their ticket.`,
    );
  }
  const fields = document.feedbackTypes.find((type) => type.key === found.feedbackType)?.fields ?? [];
  const parameters = fields.flatMap(({ key, kind }) =>
    kind === 'attachment' && found.fields[key] !== undefined ? [{ key, parameter: found.fields[key] }] : [],
  );
  const parameter = chooseField(parameters, found.key, field);
  const prefix = found.apiKey ?? '';
  const local = findLocalStack(process.cwd());
  const known = local !== undefined && readOrigin(local.api) === client.origin ? local.keys[prefix] : undefined;
  const key = given === '' ? known : given;
  if (key === undefined) {
    throw new Failure(
      'not-signed-in',
      `The source ${found.key} takes files with its key: set FEEDBRIDGE_API_KEY to ${prefix}-…`,
    );
  }
  return { endpoint: endpointOf(client.origin, project, { ticket, source: found.key, parameter }), key };
}

function chooseField(
  known: readonly { key: string; parameter: string }[],
  source: string,
  field: string | undefined,
): string {
  const [first, ...others] = known.filter(
    ({ key, parameter }) => field === undefined || [key, parameter].includes(field),
  );
  if (first !== undefined && others.length === 0) return first.parameter;
  const names = known.map(({ key }) => key).join(', ');
  if (known.length === 0)
    throw new Failure('refused', `The source ${source} takes no files: it maps no attachment field.`);
  throw new Failure('misused', `Say for which field it is, with --field: ${names}.`);
}

function endpointOf(
  origin: string,
  project: string,
  { ticket, source, parameter }: { ticket: string; source: string; parameter: string },
): string {
  const steps = [project, 'feedback', source, ticket, 'files', parameter].map(encodeURIComponent);
  return `${origin}/api/v1/projects/${steps.join('/')}`;
}

function addressOf(endpoint: string): string {
  readOrigin(endpoint);
  return endpoint;
}

import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Received, type ReceivingServer, startReceivingServer } from '../receiving-server.ts';
import { answerJson, credentialsOf, mediaTypeOf, readJson } from './persona.ts';

/** What the number field of the example takes; Jira refuses a text there. */
const NumberField = z.union([z.number(), z.null()]);
const Fields = z.object({ fields: z.record(z.string(), z.unknown()) });
const Created = z.object({ project: z.object({ key: z.string() }), summary: z.string().min(1) });

/** The fields on the screen; `customfield_12402` is a number. */
const onScreen: ReadonlySet<string> = new Set([
  'project',
  'issuetype',
  'summary',
  'description',
  'labels',
  'customfield_12402',
]);

/** A Jira with its issues, by their keys. */
export type Jira = ReceivingServer & { issues: Map<string, Record<string, unknown>> };

/**
 * Starts a Jira as Cloud and Data Center behave over REST v2: a create answers 201 with `id`, `key` and `self`, all of them
 * texts; an update 204 without a body; a field that cannot be set 400 with `{errorMessages, errors}`, the field as the key; an
 * issue that is not there 404; bad credentials 401.
 */
export async function startJira(credentials: string): Promise<Jira> {
  const issues: Jira['issues'] = new Map();
  const server: ReceivingServer = await startReceivingServer((response, _place, request) => {
    if (credentialsOf(request, 'Basic') !== credentials) response.writeHead(401).end();
    else if (mediaTypeOf(request) !== 'application/json') response.writeHead(415).end();
    else if (request.method === 'POST' && request.path === '/rest/api/2/issue') create(response, request);
    else if (request.method === 'PUT') update(response, request);
    else response.writeHead(405).end();
  });

  function create(response: ServerResponse, request: Received): void {
    const fields = takeFields(response, request);
    if (fields === undefined) return;
    const created = Created.safeParse(fields);
    if (!created.success) {
      refuse(response, { summary: 'You must specify a summary of the issue.' });
      return;
    }
    const place = issues.size + 1;
    const key = `${created.data.project.key}-${place}`;
    issues.set(key, fields);
    const id = String(10_000 + place);
    answerJson(response, 201, { id, key, self: `${server.origin}/rest/api/2/issue/${id}` });
  }

  function update(response: ServerResponse, request: Received): void {
    const key = /^\/rest\/api\/2\/issue\/([^/?]+)$/.exec(request.path)?.[1] ?? '';
    const issue = issues.get(key);
    if (issue === undefined) {
      const message = 'Issue does not exist or you do not have permission to see it.';
      answerJson(response, 404, { errorMessages: [message], errors: {} });
      return;
    }
    const fields = takeFields(response, request);
    if (fields === undefined) return;
    Object.assign(issue, fields);
    response.writeHead(204).end();
  }

  return { ...server, issues };
}

/** The fields of a request, or undefined once it has been refused. */
function takeFields(response: ServerResponse, request: Received): Record<string, unknown> | undefined {
  const parsed = Fields.safeParse(readJson(request));
  const fields = parsed.success ? parsed.data.fields : {};
  const unknown = Object.keys(fields).find((name) => !onScreen.has(name));
  if (unknown !== undefined) {
    refuse(response, {
      [unknown]: `Field '${unknown}' cannot be set. It is not on the appropriate screen, or unknown.`,
    });
    return undefined;
  }
  if ('customfield_12402' in fields && !NumberField.safeParse(fields.customfield_12402).success) {
    refuse(response, { customfield_12402: 'Operation value must be a number' });
    return undefined;
  }
  return fields;
}

function refuse(response: ServerResponse, errors: Record<string, string>): void {
  answerJson(response, 400, { errorMessages: [], errors });
}

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import type { AdminAnswer, AdminClient } from './admin-client.ts';
import { StartError } from './start-error.ts';
import type { StateFile } from './state.ts';

const project = '/projects/apollo';
const example = new URL('../examples/apollo.yaml', import.meta.url);

/** The API keys that the example needs, by prefix, with the name that people see. */
const keyNames = { mobile: 'Mobile app', web: 'Web form', jira: 'Jira', bi: 'Business intelligence' };

const CreatedKey = z.object({ key: z.string() });
const SecretList = z.object({ items: z.array(z.looseObject({ name: z.string() })) });
const Document = z.looseObject({ variables: z.looseObject({ jiraUrl: z.string().optional() }).optional() });

/**
 * Brings the example in through the HTTP API: keys, project document and secrets, each once. What an interrupted start
 * began is finished; what a finished one made is left alone, but for addresses of the receiver, which follow the port.
 * `warn` is told where the document cannot follow.
 */
export async function seed(
  admin: AdminClient,
  state: StateFile,
  receiver: string,
  warn: (message: string) => void,
): Promise<void> {
  await createKeys(admin, state);
  await placeJira(admin, state, `${receiver}/jira`, warn);
  await keepSecret(admin, state, 'jira', Buffer.from('feedbridge@example.com:local').toString('base64'));
  await keepSecret(admin, state, 'slack-webhook-url', `${receiver}/slack`);
}

async function createKeys(admin: AdminClient, state: StateFile): Promise<void> {
  for (const [prefix, name] of Object.entries(keyNames)) {
    if (state.get().keys[prefix] !== undefined) continue;
    let answer = await admin('POST', '/api-keys', { json: { prefix, name } });
    if (answer.status === 409) {
      // Made by a start that was interrupted before it could note the secret, which is shown once: nobody has it.
      expect(await admin('DELETE', `/api-keys/${prefix}`), 204, `remove the API key ${prefix}`);
      answer = await admin('POST', '/api-keys', { json: { prefix, name } });
    }
    const { key } = CreatedKey.parse(JSON.parse(expect(answer, 201, `create the API key ${prefix}`).text));
    state.change({ keys: { ...state.get().keys, [prefix]: key } });
  }
}

async function placeJira(
  admin: AdminClient,
  state: StateFile,
  url: string,
  warn: (message: string) => void,
): Promise<void> {
  const { documentApplied, jiraUrls } = state.get();
  if (documentApplied && jiraUrls.length === 1 && jiraUrls[0] === url) return;
  const found = await admin('GET', `${project}/document`);
  if (documentApplied) {
    await moveJira(admin, state, found, { url, warn });
    return;
  }
  state.change({ jiraUrls: [...new Set([...jiraUrls, url])] });
  // There, though no start has begun to bring it in: it is somebody's own.
  if (found.status === 404 || jiraUrls.length > 0) await applyExample(admin, found, url);
  state.change({ documentApplied: true, jiraUrls: [url] });
}

async function applyExample(admin: AdminClient, found: AdminAnswer, url: string): Promise<void> {
  const document = parseDocument(readFileSync(example, 'utf8'));
  document.setIn(['variables', 'jiraUrl'], url);
  // It is there only when an earlier first start was interrupted, with whatever port that one had.
  const ifMatch = found.status === 200 && found.etag !== null ? { ifMatch: found.etag } : {};
  const answer = await admin('PUT', `${project}/document`, { yaml: document.toString({ lineWidth: 0 }), ...ifMatch });
  expect(answer, 200, 'apply examples/apollo.yaml');
}

async function moveJira(
  admin: AdminClient,
  state: StateFile,
  found: AdminAnswer,
  { url, warn }: { url: string; warn: (message: string) => void },
): Promise<void> {
  const { jiraUrls } = state.get();
  const document =
    found.status === 404 ? {} : Document.parse(JSON.parse(expect(found, 200, 'read the document of apollo').text));
  const left = document.variables?.jiraUrl ?? '';
  // Whoever removed the project does not want it back, and an address that no start has set is somebody's own.
  if (found.etag === null || !jiraUrls.includes(left)) {
    state.change({ jiraUrls: [url] });
    return;
  }
  state.change({ jiraUrls: [...new Set([left, url])] });
  const moved = { ...document, variables: { ...document.variables, jiraUrl: url } };
  const answer = await admin('PUT', `${project}/document`, { json: moved, ifMatch: found.etag });
  if (answer.status === 200) {
    state.change({ jiraUrls: [url] });
    return;
  }
  // What was taken once may be refused by a newer check: the rest works without it, and the next start tries again.
  state.change({ jiraUrls: [left] });
  warn(
    `The document of apollo stays as it is, and its variable jiraUrl points at ${left}, where this stack is no more: ` +
      `apply the document again with jiraUrl: ${url}, and mend what was refused: ${describe(answer)}`,
  );
}

/** Sets a secret once, and again only to move an address, while the API lists it as it was left. */
async function keepSecret(admin: AdminClient, state: StateFile, name: string, value: string): Promise<void> {
  const { [name]: left, ...others } = state.get().secrets;
  if (left?.value === value) return;
  if (left !== undefined && left.listed !== (await listed(admin, name))) return;
  // Forgotten first: a start that ends before it could note the new value sets it once more.
  state.change({ secrets: others });
  expect(await admin('PUT', `${project}/secrets/${name}`, { json: { value } }), 204, `set the secret ${name}`);
  const now = await listed(admin, name);
  state.change({ secrets: { ...others, [name]: { value, listed: now ?? '' } } });
}

async function listed(admin: AdminClient, name: string): Promise<string | undefined> {
  const answer = await admin('GET', `${project}/secrets`);
  if (answer.status === 404) return undefined;
  const { items } = SecretList.parse(JSON.parse(expect(answer, 200, 'list the secrets of apollo').text));
  const item = items.find((candidate) => candidate.name === name);
  return item === undefined ? undefined : JSON.stringify(item);
}

function expect(answer: AdminAnswer, status: number, what: string): AdminAnswer {
  if (answer.status === status) return answer;
  throw new StartError(`The start could not ${what}: ${describe(answer)}`);
}

function describe({ status, text }: AdminAnswer): string {
  return `status ${status}, ${text.slice(0, 2000) || 'nothing'}`;
}

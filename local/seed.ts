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
 */
export async function seed(admin: AdminClient, state: StateFile, receiver: string): Promise<void> {
  await createKeys(admin, state);
  await placeJira(admin, state, `${receiver}/jira`);
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

async function placeJira(admin: AdminClient, state: StateFile, url: string): Promise<void> {
  const { documentApplied, jiraUrls } = state.get();
  if (documentApplied && jiraUrls.length === 1 && jiraUrls[0] === url) return;
  const found = await admin('GET', `${project}/document`);
  state.change({ jiraUrls: [...jiraUrls, url] });
  if (documentApplied) await moveJira(admin, found, jiraUrls, url);
  // There, though no start has begun to bring it in: it is somebody's own.
  else if (found.status === 404 || jiraUrls.length > 0) await applyExample(admin, found, url);
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

async function moveJira(admin: AdminClient, found: AdminAnswer, from: readonly string[], url: string): Promise<void> {
  // Whoever removed the project does not want it back.
  if (found.status === 404 || found.etag === null) return;
  const document = Document.parse(JSON.parse(expect(found, 200, 'read the document of apollo').text));
  if (!from.includes(document.variables?.jiraUrl ?? '')) return;
  const moved = { ...document, variables: { ...document.variables, jiraUrl: url } };
  const answer = await admin('PUT', `${project}/document`, { json: moved, ifMatch: found.etag });
  expect(answer, 200, 'move jiraUrl to the new port');
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
  const said = answer.text.slice(0, 2000) || 'nothing';
  throw new StartError(`The first start could not ${what}: status ${answer.status}, ${said}`);
}

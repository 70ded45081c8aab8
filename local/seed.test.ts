import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { AdminAnswer, AdminClient } from './admin-client.ts';
import { seed } from './seed.ts';
import { openState } from './state.ts';

const receiver = 'http://127.0.0.1:4400/receiver';
const moved = 'http://127.0.0.1:5500/receiver';
const movedAgain = 'http://127.0.0.1:6600/receiver';

/** An admin API with one project, as far as seeding uses it. */
function pretendedApi() {
  const keys = new Set<string>();
  const secrets = new Map<string, { value: string; changedAt: number }>();
  let document: { variables: { jiraUrl: string } } | undefined;
  let version = 0;
  let isRefusing = false;
  const calls: string[] = [];
  const reply = (status: number, content?: object): AdminAnswer => ({
    status,
    etag: document === undefined ? null : `"${version}"`,
    text: content === undefined ? '' : JSON.stringify(content),
  });
  const keyRoutes = (method: string, prefix: string) => {
    if (method === 'DELETE') return reply(keys.delete(prefix) ? 204 : 404);
    if (keys.has(prefix)) return reply(409, {});
    keys.add(prefix);
    return reply(201, { prefix, key: `${prefix}-secret${calls.length}` });
  };
  const documentRoutes = (method: string, content: string | undefined, ifMatch: string | undefined) => {
    if (method === 'GET') return document === undefined ? reply(404) : reply(200, document);
    if (document !== undefined && ifMatch !== `"${version}"`) return reply(412, {});
    if (isRefusing) return reply(400, { description: '1 problem.' });
    document = parse(content ?? '');
    version += 1;
    return reply(200, { version });
  };
  const secretRoutes = (method: string, name: string | undefined, value: unknown) => {
    const list = [...secrets].map(([key, { changedAt }]) => ({ name: key, changedAt }));
    if (method === 'GET') return reply(200, { items: list });
    secrets.set(name ?? '', { value: String(value), changedAt: calls.length });
    return reply(204);
  };
  const admin: AdminClient = async (method, path, { json, yaml, ifMatch } = {}) => {
    calls.push(`${method} ${path}`);
    const given: Record<string, unknown> = JSON.parse(JSON.stringify(json ?? {}));
    if (path.startsWith('/api-keys')) return keyRoutes(method, path.split('/')[2] ?? String(given.prefix));
    if (path.endsWith('/document')) return documentRoutes(method, yaml ?? JSON.stringify(json), ifMatch);
    return secretRoutes(method, path.split('/')[4], given.value);
  };
  return {
    admin,
    calls,
    keys,
    secretValue: (name: string) => secrets.get(name)?.value,
    jiraUrl: () => document?.variables.jiraUrl,
    editDocument: (jiraUrl: string) => {
      document = { variables: { jiraUrl } };
      version += 1;
    },
    /** Has documents refused that were taken before, as a newer check does. */
    refuseDocuments: (refusing: boolean) => {
      isRefusing = refusing;
    },
    removeProject: () => {
      document = undefined;
    },
  };
}

/** A place for warnings of a start that is to have none. */
function noWarning(message: string): void {
  throw new Error(`warned: ${message}`);
}

/** The same API, whose caller dies right after a call was carried out. */
function cutOffAfter(last: number, admin: AdminClient): AdminClient {
  let calls = 0;
  return async (...call) => {
    const answer = await admin(...call);
    calls += 1;
    if (calls === last) throw new Error('cut off');
    return answer;
  };
}

describe('seed', () => {
  test('makes keys, applies the example with the receiver in it, and sets the secrets', async () => {
    const api = pretendedApi();
    const state = openState();
    await seed(api.admin, state, receiver, noWarning);
    expect(Object.keys(state.get().keys)).toEqual(['mobile', 'web', 'jira', 'bi']);
    expect(state.get().keys.mobile).toMatch(/^mobile-/);
    expect(api.jiraUrl()).toBe(`${receiver}/jira`);
    expect(api.secretValue('slack-webhook-url')).toBe(`${receiver}/slack`);
    expect(api.secretValue('jira')).toMatch(/^[A-Za-z0-9+/=]+$/);
  });

  test('changes nothing at a later start', async () => {
    const api = pretendedApi();
    const state = openState();
    await seed(api.admin, state, receiver, noWarning);
    const before = state.get();
    api.calls.length = 0;
    await seed(api.admin, state, receiver, noWarning);
    expect(api.calls).toEqual([]);
    expect(state.get()).toEqual(before);
  });

  test('lets the addresses follow the port, and the keys stay', async () => {
    const api = pretendedApi();
    const state = openState();
    await seed(api.admin, state, receiver, noWarning);
    const { keys } = state.get();
    await seed(api.admin, state, moved, noWarning);
    expect(api.jiraUrl()).toBe(`${moved}/jira`);
    expect(api.secretValue('slack-webhook-url')).toBe(`${moved}/slack`);
    expect(state.get().keys).toEqual(keys);
    await seed(api.admin, state, receiver, noWarning);
    expect([api.jiraUrl(), api.secretValue('slack-webhook-url')]).toEqual([`${receiver}/jira`, `${receiver}/slack`]);
  });

  test('leaves addresses alone that somebody has changed', async () => {
    const api = pretendedApi();
    const state = openState();
    await seed(api.admin, state, receiver, noWarning);
    api.editDocument('https://jira.example.com');
    await api.admin('PUT', '/projects/apollo/secrets/slack-webhook-url', {
      json: { value: 'https://hooks.example.com' },
    });
    await seed(api.admin, state, moved, noWarning);
    expect(api.jiraUrl()).toBe('https://jira.example.com');
    expect(api.secretValue('slack-webhook-url')).toBe('https://hooks.example.com');
  });

  test('leaves a document alone that was there before', async () => {
    const api = pretendedApi();
    api.editDocument('https://jira.example.com');
    await seed(api.admin, openState(), receiver, noWarning);
    expect(api.jiraUrl()).toBe('https://jira.example.com');
  });

  test('starts with a warning where the document is refused today, however often, and moves it once it is mended', async () => {
    const api = pretendedApi();
    const state = openState();
    await seed(api.admin, state, receiver, noWarning);
    api.refuseDocuments(true);
    const warnings: string[] = [];
    for (const place of [moved, movedAgain, movedAgain]) {
      await seed(api.admin, state, place, (message) => warnings.push(message));
    }
    expect(warnings).toHaveLength(3);
    expect(warnings[2]).toBe(
      `The document of apollo stays as it is, and its variable jiraUrl points at ${receiver}/jira, where this stack is no more: ` +
        `apply the document again with jiraUrl: ${movedAgain}/jira, and mend what was refused: ` +
        'status 400, {"description":"1 problem."}',
    );
    expect(state.get()).toMatchObject({ documentApplied: true, jiraUrls: [`${receiver}/jira`] });
    expect([api.jiraUrl(), api.secretValue('slack-webhook-url')]).toEqual([`${receiver}/jira`, `${movedAgain}/slack`]);
    api.refuseDocuments(false);
    await seed(api.admin, state, movedAgain, noWarning);
    expect(api.jiraUrl()).toBe(`${movedAgain}/jira`);
  });

  test('remembers two addresses at most while a move is cut off again and again', async () => {
    const api = pretendedApi();
    const state = openState();
    await seed(api.admin, state, receiver, noWarning);
    for (const place of [moved, movedAgain, moved, movedAgain]) {
      // The first call reads the document, the second moves it.
      await expect(seed(cutOffAfter(2, api.admin), state, place, noWarning)).rejects.toThrow('cut off');
    }
    expect(state.get().jiraUrls).toEqual([`${moved}/jira`, `${movedAgain}/jira`]);
  });

  test('does not bring a removed project back', async () => {
    const api = pretendedApi();
    const state = openState();
    await seed(api.admin, state, receiver, noWarning);
    api.removeProject();
    await seed(api.admin, state, moved, noWarning);
    expect(api.jiraUrl()).toBeUndefined();
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('finishes what a start began that was cut off after call %i', async (last) => {
    const api = pretendedApi();
    const state = openState();
    await expect(seed(cutOffAfter(last, api.admin), state, receiver, noWarning)).rejects.toThrow('cut off');
    await seed(api.admin, state, moved, noWarning);
    expect([...api.keys].sort()).toEqual(['bi', 'jira', 'mobile', 'web']);
    expect(Object.keys(state.get().keys).sort()).toEqual(['bi', 'jira', 'mobile', 'web']);
    expect([api.jiraUrl(), api.secretValue('slack-webhook-url')]).toEqual([`${moved}/jira`, `${moved}/slack`]);
    expect(api.secretValue('jira')).toBeDefined();
  });

  test.each([1, 2, 3, 4, 5, 6])('follows the port after a move that was cut off after call %i', async (last) => {
    const api = pretendedApi();
    const state = openState();
    await seed(api.admin, state, receiver, noWarning);
    await seed(cutOffAfter(last, api.admin), state, moved, noWarning).catch(() => {});
    await seed(api.admin, state, movedAgain, noWarning);
    expect([api.jiraUrl(), api.secretValue('slack-webhook-url')]).toEqual([
      `${movedAgain}/jira`,
      `${movedAgain}/slack`,
    ]);
  });

  test('says what the API answered when it refuses', async () => {
    const refusing: AdminClient = async () => ({ status: 400, etag: null, text: '{"description":"No."}' });
    await expect(seed(refusing, openState(), receiver, noWarning)).rejects.toThrow(
      'The start could not create the API key mobile: status 400, {"description":"No."}',
    );
  });
});

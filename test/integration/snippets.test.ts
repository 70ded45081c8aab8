import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { SignaturePreset } from '../../core/document/schema-signatures.ts';
import { admin, personClaims } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { seedKeys, seedProject, type TestProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock } from '../seeded.ts';

const run = promisify(execFile);
const origin = 'https://api.example.com';
const Shown = z.object({
  body: z.record(z.string(), z.unknown()),
  notes: z.array(z.string()),
  snippets: z.object({ curl: z.string(), javascript: z.string(), swift: z.string(), kotlin: z.string() }),
});

/** Runs a snippet against a server of its own, and hands what it sends to the source. */
async function runSnippet(
  engines: TestEngines,
  seeded: TestProject,
  {
    language,
    code,
    source,
    env,
  }: { language: 'curl' | 'javascript'; code: string; source: string; env: Record<string, string> },
) {
  const server = await startReceivingServer();
  const here = code
    .replace(`POST '${origin}`, `POST '${server.origin}`)
    .replace(`fetch("${origin}`, `fetch("${server.origin}`);
  const directory = await mkdtemp(join(tmpdir(), 'feedbridge-snippet-'));
  const file = join(directory, language === 'curl' ? 'snippet.sh' : 'snippet.mjs');
  await writeFile(file, here);
  const command = language === 'curl' ? 'sh' : process.execPath;
  // The server's "ok" is no JSON, which is the last thing that the script looks at.
  await run(command, [file], { env: { PATH: process.env.PATH ?? '', ...env } }).catch(() => undefined);
  await rm(directory, { recursive: true });
  await server.stop();
  const [request] = server.received;
  if (request === undefined) throw new Error('nothing was sent');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { send } = receiver(engines, seeded, fixedClock(Date.now()));
  return await send(request.body, { source, path: request.path, headers: { 'x-api-key': '', ...headers } });
}

describe('the snippets of a source', () => {
  test.for([
    ['appcrashlog', 'mobile', 'curl'],
    ['appcrashlog', 'mobile', 'javascript'],
    ['webform', 'web', 'curl'],
    ['webform', 'web', 'javascript'],
  ] as const)('of %s make a ticket as they stand (key %s, %s)', async ([source, prefix, language], { engines }) => {
    const seeded = await seedProject(engines.table);
    await seedKeys(engines.table);
    const { project } = seeded;
    const { as } = admin(engines, project);
    const answer = await as(personClaims('ada@example.com'))(
      'GET',
      `/projects/${project}/externalSources/${source}/snippets`,
    );
    const { snippets, body } = Shown.parse(answer.json);
    const env = { FEEDBRIDGE_API_KEY: seeded.keyOf(prefix) };
    const made = await runSnippet(engines, seeded, { language, code: snippets[language], source, env });
    expect(made).toMatchObject({
      status: 201,
      json: { ignoredParameters: [], ticket: { submitter: 'ada@example.com' } },
    });
    expect(answer.text).not.toContain(seeded.keyOf(prefix));
    expect(JSON.stringify(body)).toContain('ada@example.com');
  });

  test.for(
    SignaturePreset.options.flatMap((scheme) =>
      (['curl', 'javascript'] as const).map((language) => [scheme, language] as const),
    ),
  )('of a source that takes calls signed as by %s are signed (%s)', async ([scheme, language], { engines }) => {
    const seeded = await seedProject(engines.table, ({ externalSources: [source] }) => {
      if (source === undefined) return;
      delete source.apiKey;
      source.signature = { scheme, secret: 'hook' };
    });
    const { asAdministrator } = admin(engines, seeded.project, fixedClock(Date.now()));
    const secret = scheme === 'standard-webhooks' ? 'whsec_c2lnbnMgcmVwb3J0cw==' : 'signs $reports';
    await asAdministrator('PUT', `/projects/${seeded.project}/secrets/hook`, { body: { value: secret } });
    const shown = await asAdministrator('GET', `/projects/${seeded.project}/externalSources/appcrashlog/snippets`);
    const code = Shown.parse(shown.json).snippets[language];
    const env = { FEEDBRIDGE_SECRET: secret };
    const made = await runSnippet(engines, seeded, { language, code, source: 'appcrashlog', env });
    expect(made).toMatchObject({ status: 201, json: { ignoredParameters: [] } });
    expect(shown.text).not.toContain(secret);
  });

  test('are found by an alias, and nowhere else', async ({ engines }) => {
    const { project } = await seedProject(engines.table, ({ externalSources: [source] }) => {
      if (source !== undefined) source.aliases = ['oldname'];
    });
    const { asAdministrator, as } = admin(engines, project);
    const statusOf = async (source: string) =>
      (await asAdministrator('GET', `/projects/${project}/externalSources/${source}/snippets`)).status;
    expect(await statusOf('oldname')).toBe(200);
    expect(await statusOf('none')).toBe(404);
    expect(await statusOf('__proto__')).toBe(404);
    const nobody = as(personClaims('eve@example.com'));
    expect((await nobody('GET', `/projects/${project}/externalSources/appcrashlog/snippets`)).status).toBe(404);
  });
});

const Named = z.strictObject({ key: z.string(), value: z.string() });
const PostmanRequest = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT']),
  header: z.array(Named),
  url: z.strictObject({
    raw: z.string().startsWith('{{baseUrl}}/api/v1/'),
    host: z.array(z.string()),
    path: z.array(z.string()),
    query: z.array(Named).optional(),
  }),
  body: z
    .strictObject({
      mode: z.literal('raw'),
      raw: z.string(),
      options: z.strictObject({ raw: z.strictObject({ language: z.literal('json') }) }),
    })
    .optional(),
  description: z.string(),
});
/** What the collection format 2.1.0 asks of the parts that are used. */
const Collection = z.strictObject({
  info: z.strictObject({
    name: z.string().min(1),
    schema: z.literal('https://schema.getpostman.com/json/collection/v2.1.0/collection.json'),
  }),
  item: z.array(
    z.strictObject({
      name: z.string(),
      item: z.array(z.strictObject({ name: z.string(), request: PostmanRequest, response: z.tuple([]) })),
    }),
  ),
  variable: z.array(Named),
});

describe('the Postman collection of a project', () => {
  test('has every source and listener, with bodies that are taken', async ({ engines }) => {
    const seeded = await seedProject(engines.table);
    await seedKeys(engines.table);
    const { project, document } = seeded;
    const { as } = admin(engines, project);
    const answer = await as(personClaims('ada@example.com'))('GET', `/projects/${project}/postman`);
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="${project}.postman_collection.json"`);
    const { item, variable } = Collection.parse(answer.json);
    const [sources, listeners] = item;
    expect(sources?.item.map(({ name }) => name)).toEqual(document.externalSources.map(({ name }) => name));
    expect(listeners?.item.map(({ name }) => name)).toEqual(document.externalListeners.map(({ name }) => name));
    expect(variable).toEqual([
      { key: 'baseUrl', value: origin },
      { key: 'apiKey', value: '' },
      { key: 'apiKey-mobile', value: '{{apiKey}}' },
      { key: 'apiKey-web', value: '{{apiKey}}' },
      { key: 'apiKey-jira', value: '{{apiKey}}' },
      { key: 'ticket', value: 'BUG-0001' },
      { key: 'member', value: 'jim@example.com' },
    ]);
    const { send } = receiver(engines, seeded);
    for (const { request } of sources?.item ?? []) {
      const source = request.url.path.at(-1) ?? '';
      const prefix = request.header.at(-1)?.value.slice('{{apiKey-'.length, -2) ?? '';
      const headers = { 'x-api-key': seeded.keyOf(prefix) };
      expect((await send(request.body?.raw, { source, headers })).status).toBe(201);
    }
    const note = listeners?.item.find(({ request }) => request.url.path.at(-1) === 'devnote')?.request;
    expect(JSON.parse(note?.body?.raw ?? '')).toEqual({ comment: { body: 'Example of a comment' } });
    expect(note?.url.raw).toBe(`{{baseUrl}}/api/v1/projects/${project}/feedbackListeners/devnote?find={{ticket}}`);
    expect(answer.text).not.toContain(seeded.keyOf('mobile'));
  });

  test('has one key where one opens everything, and braces of labels stay what they are', async ({ engines }) => {
    const { project } = await seedProject(engines.table, (document) => {
      document.externalSources = document.externalSources.slice(0, 1);
      document.externalListeners = [];
      document.project.name = 'Beta {{baseUrl}}';
      const [field] = document.feedbackTypes[0]?.fields ?? [];
      if (field !== undefined) field.label = 'Summary {{apiKey}}';
    });
    const { asAdministrator } = admin(engines, project);
    const { item, info, variable } = Collection.parse(
      (await asAdministrator('GET', `/projects/${project}/postman`)).json,
    );
    expect(info.name).toBe('Beta { {baseUrl}}');
    expect(variable.map(({ key }) => key)).toEqual(['baseUrl', 'apiKey', 'ticket', 'member']);
    const raw = item[0]?.item[0]?.request.body?.raw ?? '';
    expect(raw).not.toContain('{{');
    expect(JSON.parse(raw)).toMatchObject({ summary: 'Summary {{apiKey}} (example)' });
    expect(item[1]?.item).toEqual([]);
  });
});

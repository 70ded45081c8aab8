import { describe, expect } from 'vitest';
import { findRememberedSignature } from '../../adapters/dynamodb/remembered-signatures.ts';
import { listTickets } from '../../adapters/dynamodb/tickets.ts';
import type { Signature } from '../../core/document/schema-signatures.ts';
import { presets } from '../../core/signatures/presets.ts';
import { verifySignature } from '../../core/signatures/verify-signature.ts';
import { routes } from '../../functions/routes.ts';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { dieAtWrite, hideCommit } from '../faults.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';
import { signedBy } from '../signing.ts';

const secret = "It's a Secret to Everybody";
const body = '{"summary": "It crashed", "severity": "Low"}';
const minute = 60_000;
const noKey = { 'x-api-key': '' };
const refused = { status: 401, json: { status: 401, description: 'The signature is not valid.' } };

test.beforeAll(async ({ engines }) => {
  await seedKeys(engines.table);
});

/** A project whose crash log takes signed reports, and everything to sign and send one. */
async function signedSource(
  engines: TestEngines,
  signature: Signature,
  options: { apiKey?: string; secrets?: Record<string, string> } = {},
) {
  const clock = fixedClock();
  const seeded = await seedProject(engines.table, (document) => {
    const [source] = document.externalSources;
    Object.assign(source ?? {}, { apiKey: options.apiKey, signature });
  });
  const { asAdministrator } = admin(engines, `${seeded.project}/admin`, clock);
  const setSecret = async (name: string, value: string, overlap?: string) => {
    const answer = await asAdministrator('PUT', `/projects/${seeded.project}/secrets/${name}`, {
      body: { value, ...(overlap === undefined ? {} : { overlap }) },
    });
    expect(answer.status).toBe(204);
  };
  for (const [name, value] of Object.entries(options.secrets ?? { hook: secret })) await setSecret(name, value);
  const { send, observer } = receiver(engines, seeded, clock);
  return {
    ...{ ...seeded, clock, setSecret },
    /** Sends a report, without a key unless one is given. */
    send: async (
      headers: Record<string, string>,
      given: { text?: string; query?: string; path?: string; routeKey?: string } = {},
    ) => await send(given.text ?? body, { ...given, headers: { ...noKey, ...headers } }),
    lastLine: () => observer.lines.at(-1),
    faults: () => observer.lines.filter(({ error }) => error !== undefined).map(({ message }) => message),
    tickets: async () =>
      (await listTickets(engines.table, seeded.project, 'issues', { limit: 200, newestFirst: false })).items.length,
  };
}

describe('a signature', () => {
  test('that cannot be remembered takes nothing from the answer to the report that it came with', async ({
    engines,
  }) => {
    const { send, clock, tickets, faults } = await signedSource(engines, { scheme: 'github', secret: 'hook' });
    // The activity, the number and the ticket are written before it.
    const mend = dieAtWrite(engines.table, 4, { isDone: false });
    const answer = await send(signedBy.github({ body, secret, at: clock.now() }));
    mend();
    expect(answer).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0001' } } });
    expect(faults()).toEqual(['signature not remembered']);
    expect(await tickets()).toBe(1);
  });

  test('of a batch lets it come again under its Idempotency-Key for a day, and without one for the window', async ({
    engines,
  }) => {
    const { send, clock, tickets } = await signedSource(engines, { scheme: 'github', secret: 'hook' });
    const { method, path } = routes['receive-batch'];
    const signedBatch = (text: string) => ({
      call: { text, routeKey: `${method} ${path}` },
      headers: signedBy.github({ body: text, secret, at: clock.now() }),
    });
    const keyed = signedBatch('[{"summary": "First"}, {"summary": "Second"}]');
    const once = { ...keyed.headers, 'idempotency-key': 'once' };
    const unkeyed = signedBatch('[{"summary": "Third"}]');
    expect((await send(once, keyed.call)).status).toBe(200);
    expect((await send(unkeyed.headers, unkeyed.call)).status).toBe(200);
    clock.advance(6 * minute);
    expect(await send(once, keyed.call)).toMatchObject({
      status: 200,
      json: { accepted: 2, reports: [{ replayed: true }, { replayed: true }] },
    });
    expect(await send({ ...once, 'idempotency-key': 'another' }, keyed.call)).toMatchObject(refused);
    expect(await send(unkeyed.headers, unkeyed.call)).toMatchObject(refused);
    expect(await tickets()).toBe(3);
  });

  test.for(['github', 'jira', 'slack', 'standard-webhooks'] as const)(
    'a %s-signed call is accepted with the right secret, refused with the wrong one, refused when replayed after the window',
    async (scheme, { engines }) => {
      const { send, clock, lastLine, tickets } = await signedSource(engines, { scheme, secret: 'hook' });
      const headers = signedBy[scheme]({ body, secret, at: clock.now() });
      expect(await send(signedBy[scheme]({ body, secret: 'wrong', at: clock.now() }))).toMatchObject(refused);
      expect(lastLine()).toMatchObject({ signature: expect.stringContaining('no secret matches') });
      expect(await send(headers, { text: `${body} ` })).toMatchObject(refused);
      expect((await send(headers)).status).toBe(201);
      clock.advance(5 * minute);
      expect((await send(headers)).status).toBe(201);
      clock.advance(1_000);
      expect(await send(headers)).toMatchObject(refused);
      expect(lastLine()).toMatchObject({
        status: 401,
        signature: expect.stringMatching(
          /^the timestamp is 301 s behind our clock; at most 300 s|^the signature was accepted at 2026-11-21T09:00:00.000Z already/,
        ),
      });
      expect(await tickets()).toBe(2);
    },
  );

  test('a signature by a clock 10 minutes off is refused with that reason in the log', async ({ engines }) => {
    const { send, clock, lastLine } = await signedSource(engines, { scheme: 'slack', secret: 'hook' });
    expect(await send(signedBy.slack({ body, secret, at: clock.now() - 10 * minute }))).toMatchObject(refused);
    expect(lastLine()).toMatchObject({
      signature: 'the timestamp is 600 s behind our clock; at most 300 s are allowed',
    });
    expect(await send(signedBy.slack({ body, secret, at: clock.now() + 10 * minute }))).toMatchObject(refused);
    expect(lastLine()).toMatchObject({
      signature: 'the timestamp is 600 s ahead of our clock; at most 300 s are allowed',
    });
  });
});

describe('during rotation both secrets work', () => {
  test('where they have two names', async ({ engines }) => {
    const signature: Signature = { scheme: 'github', secret: ['hook', 'next'] };
    const secrets = { hook: secret, next: 'the next secret' };
    const { send, clock } = await signedSource(engines, signature, { secrets });
    const sendWith = async (one: string) => await send(signedBy.github({ body, secret: one, at: clock.now() }));
    expect((await sendWith(secret)).status).toBe(201);
    expect((await sendWith('the next secret')).status).toBe(201);
    expect((await sendWith('another')).status).toBe(401);
  });

  test('where one name has a new value and the former goes on, until its time is over', async ({ engines }) => {
    const { send, clock, setSecret } = await signedSource(engines, { scheme: 'slack', secret: 'hook' });
    const sendWith = async (one: string) => (await send(signedBy.slack({ body, secret: one, at: clock.now() }))).status;
    await setSecret('hook', 'the next secret', '1h');
    expect([await sendWith(secret), await sendWith('the next secret')]).toEqual([201, 201]);
    clock.advance(60 * minute + 1);
    expect([await sendWith(secret), await sendWith('the next secret')]).toEqual([401, 201]);
  });

  test('while one of two is not set yet', async ({ engines }) => {
    const signature: Signature = { scheme: 'github', secret: ['hook', 'next'] };
    const { send, clock, setSecret } = await signedSource(engines, signature);
    const sendWith = async (one: string) =>
      (await send(signedBy.github({ body, secret: one, at: clock.now() }))).status;
    expect([await sendWith(secret), await sendWith('the next secret')]).toEqual([201, 401]);
    await setSecret('next', 'the next secret');
    expect(await sendWith('the next secret')).toBe(201);
  });
});

describe('a signed source', () => {
  test('without any secret set refuses every call, and the log says which to set', async ({ engines }) => {
    const one = await signedSource(engines, { scheme: 'github', secret: 'hook' }, { secrets: {} });
    expect(await one.send(signedBy.github({ body, secret: '', at: 0 }))).toMatchObject(refused);
    expect(one.lastLine()).toMatchObject({ signature: 'the secret "hook" is not set' });
    const two = await signedSource(engines, { scheme: 'github', secret: ['hook', 'next'] }, { secrets: {} });
    expect(await two.send(signedBy.github({ body, secret: '', at: 0 }))).toMatchObject(refused);
    expect(two.lastLine()).toMatchObject({ signature: 'none of the secrets "hook", "next" is set' });
  });

  test('that names a key as well needs both', async ({ engines }) => {
    const source = await signedSource(engines, { scheme: 'github', secret: 'hook' }, { apiKey: 'mobile' });
    const { send, keyOf, lastLine } = source;
    const signed = signedBy.github({ body, secret, at: 0 });
    const withKey = { 'x-api-key': keyOf('mobile') };
    expect(await send(signed)).toMatchObject({
      status: 401,
      json: { description: expect.stringContaining('API key is required') },
    });
    expect(await send(withKey)).toMatchObject({
      status: 401,
      json: { description: 'The signature is not valid. The header X-Hub-Signature-256 is missing.' },
    });
    expect(lastLine()).toMatchObject({ apiKey: 'mobile', signature: 'the header X-Hub-Signature-256 is missing' });
    expect((await send({ ...signed, 'x-api-key': keyOf('web') })).status).toBe(403);
    expect((await send({ ...signed, ...withKey })).status).toBe(201);
  });

  test('answers in the order of the contract', async ({ engines }) => {
    const { send, keyOf, clock } = await signedSource(engines, { scheme: 'github', secret: 'hook' });
    const sign = (text: string) => signedBy.github({ body: text, secret, at: clock.now() });
    const huge = 'x'.repeat(1_048_577);
    const xml = { 'content-type': 'text/xml' };
    const unknownKey = { 'x-api-key': `mobile-${'0'.repeat(43)}` };
    const cases = [
      [401, await send({ ...sign(body), ...unknownKey })],
      [413, await send({ ...sign(huge), ...xml }, { text: huge })],
      [415, await send({ ...xml }, { text: '<a/>' })],
      [401, await send({}, { text: '{"summary": nope}' })],
      [400, await send(sign('{"summary": nope}'), { text: '{"summary": nope}' })],
      [400, await send(sign('{}'), { text: '{}' })],
      [201, await send({ ...sign(body), 'x-api-key': keyOf('web') })],
    ] as const;
    expect(cases.map(([, answer]) => answer.status)).toEqual(cases.map(([status]) => status));
  });

  test('takes HubSpot’s signature of its whole address, in which the e-mail address stands decoded', async ({
    engines,
  }) => {
    const { send, clock } = await signedSource(engines, { scheme: 'hubspot', secret: 'hook' });
    const path = '/api/v1/projects/apollo/feedback/appcrashlog';
    const url = `https://api.example.com${path}?from=jim@example.com&q=a%20b`;
    const headers = signedBy.hubspot({ body, secret, at: clock.now(), url });
    expect((await send(headers, { path, query: 'from=jim%40example.com&q=a%20b' })).status).toBe(201);
    expect((await send(headers, { path, query: 'from=joe%40example.com&q=a%20b' })).status).toBe(401);
  });

  test('lets equal calls at the same moment all in, and remembers when the first of them came', async ({ engines }) => {
    const { send, tickets, project, clock } = await signedSource(engines, { scheme: 'github', secret: 'hook' });
    const headers = signedBy.github({ body, secret, at: 0 });
    const answers = await Promise.all([send(headers), send(headers), send(headers)]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await tickets()).toBe(3);
    const request = { method: 'POST', url: '', headers, body: Buffer.from(body) };
    const verdict = verifySignature(presets.github, request, [secret], clock.now());
    const fingerprint = verdict.outcome === 'valid' ? verdict.fingerprint : '';
    expect(await findRememberedSignature(engines.table, { project, fingerprint }, clock.now())).toEqual({
      firstSeenAt: '2026-11-21T09:00:00.000Z',
    });
  });

  test('makes one ticket where the answer of its transaction was lost', async ({ engines }) => {
    const { send, tickets } = await signedSource(engines, { scheme: 'github', secret: 'hook' });
    const undo = hideCommit(engines.table);
    const answer = await send(signedBy.github({ body, secret, at: 0 }));
    undo();
    expect(answer).toMatchObject({ status: 201, json: { ticket: { id: 'BUG-0001' } } });
    expect(await tickets()).toBe(1);
  });

  test('remembers a signature for 30 days, whatever came of its call but a dry run', async ({ engines }) => {
    const { send, clock } = await signedSource(engines, { scheme: 'github', secret: 'hook' });
    const headers = signedBy.github({ body, secret, at: 0 });
    expect((await send(headers, { query: 'dryRun=true' })).status).toBe(200);
    clock.advance(10 * minute);
    expect((await send(headers)).status).toBe(201);
    clock.advance(10 * minute);
    expect((await send(headers, { query: 'dryRun=true' })).status).toBe(401);
    clock.advance(30 * 24 * 60 * minute);
    expect((await send(headers)).status).toBe(201);
  });
});

test('a signed report with a timestamp costs what an unsigned one does; without one, a read and a write more', async ({
  engines,
}) => {
  const costOf = async (scheme: 'slack' | 'github') => {
    const { send, clock } = await signedSource(engines, { scheme, secret: 'hook' });
    const post = async (text: string) =>
      (await send(signedBy[scheme]({ body: text, secret, at: clock.now() }), { text })).status;
    expect(await post('{"summary": "Warms the caches"}')).toBe(201);
    engines.table.meter.read();
    expect(await post(body)).toBe(201);
    const { operations, tableWriteUnits } = engines.table.meter.read();
    return { operations, tableWriteUnits };
  };
  // One unit of each is the activity.
  expect(await costOf('slack')).toEqual({
    operations: ['UpdateItem', 'BatchGetItem', 'PutItem', 'PutItem'],
    tableWriteUnits: 3,
  });
  expect(await costOf('github')).toEqual({
    operations: ['GetItem', 'UpdateItem', 'BatchGetItem', 'PutItem', 'PutItem', 'PutItem'],
    tableWriteUnits: 4,
  });
});

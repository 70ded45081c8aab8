import { describe, expect } from 'vitest';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { listenerProject } from '../listener-project.ts';
import { issueUpdated } from '../outside/jira-events.ts';
import { signedBy } from '../signing.ts';

const secret = "It's a Secret to Everybody";
const body = JSON.stringify(issueUpdated('APO-7', 'In Progress', 'Done'));
const minute = 60_000;
const refused = { status: 401, json: { status: 401, description: 'The signature is not valid.' } };

/** A listener that asks for a signature, and for the key as well where one is given. */
async function signedListener(engines: TestEngines, signature: object, apiKey?: string) {
  const listener = {
    key: 'signed',
    name: 'Signed',
    target: 'feedback',
    type: 'macro',
    macro: 'close',
    signature,
    apiKey,
  };
  const project = await listenerProject(engines, [listener, { ...listener, key: 'signedtoo' }]);
  const { asAdministrator } = admin(engines, `${project.project}/secrets`, project.clock);
  const setSecret = async (name: string, value: string) =>
    await asAdministrator('PUT', `/projects/${project.project}/secrets/${name}`, { body: { value } });
  await setSecret('hook', secret);
  const keyless = { 'x-api-key': '' };
  return {
    ...project,
    setSecret,
    fireSigned: async (headers: Record<string, string>, text = body) =>
      await project.fire('signed', text, {
        find: 'APO-7',
        headers: { ...(apiKey === undefined ? keyless : {}), ...headers },
      }),
  };
}

describe('a listener', () => {
  test.for(['github', 'jira', 'slack', 'standard-webhooks'] as const)(
    'takes a %s-signed call with the right secret, and refuses it with the wrong one, and when it is replayed after the window',
    async (scheme, { engines }) => {
      const { fireSigned, clock, observer, get } = await signedListener(engines, { scheme, secret: 'hook' });
      const headers = signedBy[scheme]({ body, secret, at: clock.now() });
      expect(await fireSigned(signedBy[scheme]({ body, secret: 'wrong', at: clock.now() }))).toMatchObject(refused);
      expect(await fireSigned(headers, `${body} `)).toMatchObject(refused);
      expect(await fireSigned({})).toMatchObject({ status: 401 });
      expect((await get('/tickets/BUG-0001')).state.status).toBe('New');
      expect((await fireSigned(headers)).json).toMatchObject({ outcome: 'executed' });
      clock.advance(5 * minute + 1_000);
      const replayed = await fireSigned(headers);
      // Standard Webhooks name each call: the memory of an executed one answers, once the signature is fresh.
      expect(replayed).toMatchObject(refused);
      expect(observer.lines.at(-1)?.signature).toMatch(/301 s behind our clock|was accepted at/);
    },
  );

  test('refuses a signature by a clock 10 minutes off, with that reason in the log and in what crossed', async ({
    engines,
  }) => {
    const { fireSigned, clock, observer, activity } = await signedListener(
      engines,
      { scheme: 'slack', secret: 'hook' },
      'jira',
    );
    const ahead = signedBy.slack({ body, secret, at: clock.now() + 10 * minute });
    expect(await fireSigned(ahead)).toMatchObject(refused);
    const reason = 'the timestamp is 600 s ahead of our clock; at most 300 s are allowed';
    expect(observer.lines.at(-1)).toMatchObject({ signature: reason });
    expect((await activity('jira'))[0]).toMatchObject({ status: 401, outcome: 'refused', reason });
  });

  test('takes both secrets during a rotation', async ({ engines }) => {
    const { fireSigned, setSecret } = await signedListener(engines, { scheme: 'github', secret: ['hook', 'next'] });
    await setSecret('next', 'the next one');
    for (const by of [secret, 'the next one']) {
      expect((await fireSigned(signedBy.github({ body, secret: by, at: 0 }))).json).toMatchObject({
        outcome: 'executed',
      });
    }
    expect(await fireSigned(signedBy.github({ body, secret: 'another', at: 0 }))).toMatchObject(refused);
  });

  test('answers a redelivery of an executed call as a duplicate, long after its signature', async ({ engines }) => {
    const { fireSigned, clock } = await signedListener(engines, { scheme: 'github', secret: 'hook' });
    const headers = { ...signedBy.github({ body, secret, at: 0 }), 'x-github-delivery': 'd1' };
    await fireSigned(headers);
    clock.advance(60 * minute);
    expect((await fireSigned(headers)).json).toMatchObject({ outcome: 'duplicate' });
    expect(await fireSigned({ ...headers, 'x-github-delivery': 'd2' })).toMatchObject(refused);
    clock.advance(24 * 60 * minute);
    expect(await fireSigned(headers)).toMatchObject(refused);
  });

  test('refuses what was captured of a call that came to nothing, and at another listener of the project', async ({
    engines,
  }) => {
    const { fireSigned, fire, clock, report } = await signedListener(engines, { scheme: 'github', secret: 'hook' });
    const headers = signedBy.github({ body, secret, at: 0 });
    expect((await fire('signed', body, { find: 'APO-404', headers: { 'x-api-key': '', ...headers } })).status).toBe(
      404,
    );
    await report();
    clock.advance(6 * minute);
    expect(await fireSigned(headers)).toMatchObject(refused);
    const other = { headers: { 'x-api-key': '', ...headers }, find: 'BUG-0002' };
    expect(await fire('signedtoo', body, other)).toMatchObject(refused);
  });

  test('evaluates a call again that its sender repeats under the same name, as long as it came to nothing', async ({
    engines,
  }) => {
    const { fire, clock, report } = await signedListener(engines, { scheme: 'github', secret: 'hook' });
    const headers = { 'x-api-key': '', ...signedBy.github({ body, secret, at: 0 }), 'x-github-delivery': 'd1' };
    expect((await fire('signed', body, { find: 'BUG-0002', headers })).status).toBe(404);
    await report();
    clock.advance(6 * minute);
    expect(await fire('signed', body, { find: 'BUG-0001', headers })).toMatchObject(refused);
    expect((await fire('signed', body, { find: 'BUG-0002', headers })).json).toMatchObject({ outcome: 'executed' });
  });

  test('tells a repetition by the name that is signed, whatever other headers say', async ({ engines }) => {
    const { fireSigned, clock } = await signedListener(engines, { scheme: 'standard-webhooks', secret: 'hook' });
    const headers = signedBy['standard-webhooks']({ body, secret, at: clock.now() });
    expect((await fireSigned(headers)).json).toMatchObject({ outcome: 'executed' });
    const renamed = { ...headers, 'idempotency-key': 'another' };
    expect((await fireSigned(renamed)).json).toMatchObject({ outcome: 'duplicate' });
  });

  test('with a key and a signature needs both', async ({ engines }) => {
    const { fireSigned, clock, keyOf } = await signedListener(engines, { scheme: 'slack', secret: 'hook' }, 'jira');
    const headers = signedBy.slack({ body, secret, at: clock.now() });
    expect((await fireSigned({})).status).toBe(401);
    expect((await fireSigned({ ...headers, 'x-api-key': '' })).status).toBe(401);
    expect((await fireSigned({ ...headers, 'x-api-key': keyOf('web') })).status).toBe(403);
    expect((await fireSigned(headers)).json).toMatchObject({ outcome: 'executed' });
  });

  test('answers the check of Slack only where it is signed', async ({ engines }) => {
    const signature = { scheme: 'slack', secret: 'hook' };
    const listener = { key: 'checked', name: 'Checked', target: 'feedback', type: 'macro', macro: 'close', signature };
    const project = await listenerProject(engines, [{ ...listener, challenge: 'slack' }]);
    const { asAdministrator } = admin(engines, `${project.project}/secrets`, project.clock);
    await asAdministrator('PUT', `/projects/${project.project}/secrets/hook`, { body: { value: secret } });
    const check = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
    const unsigned = await project.fire('checked', check, { headers: { 'x-api-key': '' } });
    expect(unsigned.status).toBe(401);
    const headers = { 'x-api-key': '', ...signedBy.slack({ body: check, secret, at: project.clock.now() }) };
    expect((await project.fire('checked', check, { headers })).text).toBe('abc');
  });
});

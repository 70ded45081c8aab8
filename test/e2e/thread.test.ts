import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { postForm } from '../file-project.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { type RunningStack, runStack, temporaryFolder } from './running-stack.ts';

const folder = temporaryFolder();
let stack: RunningStack;

beforeAll(async () => {
  stack = await runStack(folder.path);
});

afterAll(async () => {
  await stack.end('SIGTERM');
  folder.remove();
});

const Listed = z.object({ items: z.array(z.looseObject({ id: z.string() })) });

async function sendSlackTo(address: string): Promise<void> {
  const { status } = await stack.admin('PUT', '/projects/apollo/secrets/slack-webhook-url', { value: address });
  expect(status).toBe(204);
}

function ticketOf(answer: unknown): string {
  return z.object({ ticket: z.object({ id: z.string().regex(/^BUG-\d{4}$/) }) }).parse(answer).ticket.id;
}

/** The only delivery for a ticket, with all of its attempts. */
async function deliveryFor(ticket: string) {
  const { json } = await stack.admin('GET', `/projects/apollo/deliveries?ticket=${ticket}`);
  const [listed] = Listed.parse(json).items;
  return (await stack.admin('GET', `/projects/apollo/deliveries/${listed?.id}`)).json;
}

const Received = z.object({ items: z.array(z.object({ method: z.string(), path: z.string(), body: z.string() })) });

/** Runs a macro on one ticket, and returns what became of it. */
async function run(macro: string, ticket: string): Promise<unknown> {
  const { json } = await stack.admin('POST', `/projects/apollo/macros/${macro}/runs`, { tickets: [ticket] });
  return Object(json).results[0];
}

/** The bodies that the local Jira was updated with, newest first. */
async function jiraUpdates(): Promise<unknown[]> {
  const response = await fetch(`${stack.api}/receiver?path=/receiver/jira`, {
    headers: { accept: 'application/json' },
  });
  const { items } = Received.parse(await response.json());
  return items.flatMap(({ method, path, body }) => (method === 'PUT' ? [{ path, body: JSON.parse(body) }] : []));
}

describe('on the running stack', () => {
  test('the Jira create of `apollo.yaml` against `/receiver/jira`: key captured, the update macro puts `"customfield_12402": 7` as a number and `null` when empty, and stops with "Jira ID is empty" where there is none', async () => {
    for (const [occurrences, shown] of [
      [7, 7],
      [undefined, null],
    ]) {
      const id = ticketOf((await stack.report({ summary: 'For Jira', severity: 'Low', occurrences })).json);
      expect(await run('update-jira-occurrences', id)).toMatchObject({ outcome: 'failed', reason: 'Jira ID is empty' });
      expect(await run('send-to-jira', id)).toMatchObject({ outcome: 'done' });
      const ticket = async () => Object((await stack.admin('GET', `/projects/apollo/tickets/${id}`)).json);
      await expect
        .poll(async () => (await ticket()).external.jira)
        .toEqual({ key: expect.stringMatching(/^APO-\d+$/), id: expect.any(Number) });
      const { key } = (await ticket()).external.jira;
      expect(await run('update-jira-occurrences', id)).toMatchObject({ outcome: 'done' });
      const update = { path: `/receiver/jira/rest/api/2/issue/${key}`, body: { fields: { customfield_12402: shown } } };
      await expect.poll(async () => (await jiraUpdates())[0]).toEqual(update);
    }
  });

  test('a phone-like client makes one call to us and one POST to S3, and the attachment is stored and visible on the ticket', async () => {
    const answer = await stack.report({ summary: 'With a picture', severity: 'Low' });
    const id = ticketOf(answer.json);
    const [{ upload }] = Object(answer.json).files;
    expect((await postForm(upload, 'pixels', { name: 'picture.png' })).status).toBe(204);
    const attachments = async () =>
      Object((await stack.admin('GET', `/projects/apollo/tickets/${id}`)).json).attachments;
    await expect
      .poll(attachments, { timeout: 20_000 })
      .toMatchObject([{ field: 'screenshot', fileName: 'picture.png', size: 6, state: 'stored' }]);
  });

  test("a critical report is answered 201, and its message reaches Slack's address by queue and sender", async () => {
    const slack = await startReceivingServer();
    await sendSlackTo(`${slack.origin}/slack`);
    const answer = await stack.report({ summary: 'It crashed', severity: 'Critical', submitter: 'jim@example.com' });
    expect(answer).toMatchObject({ status: 201, json: { ignoredParameters: [] } });
    const id = ticketOf(answer.json);
    await slack.until((received) => received.length === 1);
    expect(JSON.parse(slack.received[0]?.body ?? '')).toEqual({
      text: `*${id}* It crashed (Critical) from Jim\n${stack.api}/projects/apollo/tickets/${id}`,
    });
    await slack.stop();
  });

  test('a receiver that answers 503 twice and asks for a second gets three attempts with one id, seconds apart', async () => {
    const slack = await startReceivingServer((response, place) => {
      if (place < 3) response.writeHead(503, { 'retry-after': '1' }).end();
      else response.end('ok');
    });
    await sendSlackTo(`${slack.origin}/slack`);
    const { json } = await stack.report({ summary: 'Again', severity: 'Critical' });
    await slack.until((received) => received.length === 3);
    expect(new Set(slack.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const times = slack.received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times[1]).toBeGreaterThan(times[0] ?? Number.POSITIVE_INFINITY);
    expect(times[2]).toBeGreaterThan(times[1] ?? Number.POSITIVE_INFINITY);
    const ticket = ticketOf(json);
    await expect.poll(async () => Object(await deliveryFor(ticket)).outcome).toBe('delivered');
    expect(await deliveryFor(ticket)).toMatchObject({
      attempts: [{ response: { status: 503 } }, { response: { status: 503 } }, { response: { status: 200 } }],
    });
    await slack.stop();
  });

  test('a webhook to the metadata address is refused, and the log says why', async () => {
    await sendSlackTo('https://169.254.169.254/latest/meta-data');
    const { json } = await stack.report({ summary: 'Nosy', severity: 'Critical' });
    const ticket = ticketOf(json);
    await expect.poll(async () => Object(await deliveryFor(ticket)).outcome).toBe('failed');
    expect(await deliveryFor(ticket)).toMatchObject({
      reason: expect.stringContaining('169.254.169.254'),
      attempts: [{ error: { class: 'blocked' } }],
    });
  });

  test('without a token the gateway refuses, and with a forged one as well', async () => {
    const url = `${stack.api}/admin/v1/projects`;
    const forged = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.';
    const answers = [await fetch(url), await fetch(url, { headers: { authorization: `Bearer ${forged}` } })];
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(await answers[0]?.json()).toEqual({ message: 'Unauthorized' });
  });
});

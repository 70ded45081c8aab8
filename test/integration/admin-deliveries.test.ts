import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { projectWithReports, readPages } from '../listed-project.ts';
import { seedProject } from '../project.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { sender } from '../send.ts';

describe('deliveries', () => {
  test('are listed newest first, and found by outcome, ticket, member, macro and action', async ({ engines }) => {
    const { call, path } = await projectWithReports(engines, { issues: 3, critical: 2 });
    const all = Object((await call('GET', `${path}/deliveries`)).json).items;
    expect(all).toMatchObject([
      { macro: 'tell-slack', action: 'webhook-1', target: { ticket: 'BUG-0002' }, outcome: 'pending' },
      { target: { ticket: 'BUG-0001' }, createdAt: '2026-11-21T09:00:01.000Z' },
    ]);
    const count = async (query: string) => (await readPages(call, `${path}/deliveries?${query}`)).flat().length;
    expect(await count('outcome=pending')).toBe(2);
    expect(await count('outcome=failed')).toBe(0);
    expect(await count('ticket=BUG-0001')).toBe(1);
    expect(await count('member=jim@example.com')).toBe(0);
    expect(await count('macro=tell-slack&action=webhook-1&ticket=BUG-0002&outcome=pending')).toBe(1);
    expect(await count('action=webhook-2')).toBe(0);
    // A page looks beyond what does not fit the filter.
    expect(await readPages(call, `${path}/deliveries?limit=1&ticket=BUG-0001`)).toEqual([[expect.any(String)]]);
    expect((await readPages(call, `${path}/deliveries?limit=1&macro=tell-slack`)).flat()).toHaveLength(2);
  });

  test('are shown with every attempt, and with secrets only as their names', async ({ engines }) => {
    const { call, path, project, clock } = await projectWithReports(engines, { issues: 1 });
    const server = await startReceivingServer((response, place) =>
      response.writeHead(place === 1 ? 503 : 201).end('thanks'),
    );
    const found = await call('GET', `${path}/document`);
    const document = JSON.stringify(found.json).replace('https://example.atlassian.net', server.origin);
    await call('PUT', `${path}/document`, { headers: { 'if-match': '*' }, body: document });
    await call('POST', `${path}/macros/send-to-jira/runs`, { body: { tickets: ['BUG-0001'] } });
    const [id = ''] = (await readPages(call, `${path}/deliveries`)).flat();
    const secrets = { jira: { value: 'c2VjcmV0IHZhbHVl', hosts: undefined } };
    const { deliver, close } = sender(engines, project, clock, { secrets });
    await deliver(id);
    clock.advance(10_000);
    await deliver(id);
    const answer = await call('GET', `${path}/deliveries/${id}`);
    const request = {
      method: 'POST',
      url: `${server.origin}/rest/api/2/issue`,
      headers: {
        Authorization: '***',
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'webhook-id': id,
      },
      body: expect.stringContaining('"summary": "[BUG-0001] Issue 0"'),
      truncated: false,
    };
    expect(answer.json).toMatchObject({
      id,
      project,
      macro: 'send-to-jira',
      action: 'webhook-1',
      target: { ticket: 'BUG-0001' },
      outcome: 'delivered',
      attempts: [
        { number: 1, request, response: { status: 503 }, error: { class: 'http' }, captured: {}, uncaptured: [] },
        { number: 2, request, response: { status: 201, body: 'thanks', truncated: false } },
      ],
    });
    expect(server.received[0]?.headers.authorization).toBe('Basic c2VjcmV0IHZhbHVl');
    expect(answer.text).not.toContain('c2VjcmV0');
    close();
    await server.stop();
  });

  test('of another project do not exist', async ({ engines }) => {
    const one = await projectWithReports(engines, { issues: 1, critical: 1 });
    const other = await seedProject(engines.table);
    const [id] = (await readPages(one.call, `${one.path}/deliveries`)).flat();
    expect((await one.call('GET', `${one.path}/deliveries/${id}`)).status).toBe(200);
    expect((await one.call('GET', `/projects/${other.project}/deliveries/${id}`)).status).toBe(404);
  });
});

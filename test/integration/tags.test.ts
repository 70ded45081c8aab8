import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { projectWithWebhook } from '../webhook-project.ts';

describe('the list of tags', () => {
  test('has the tags of a macro for one feedback type, the filters, and secrets only as names', async ({ engines }) => {
    const { call, path } = await projectWithWebhook(engines);
    await call('PUT', `${path}/secrets/jira`, { body: { value: 'jira-password-1' } });
    const { json, text } = await call('GET', `${path}/tags?feedbackType=issues`);
    expect(json).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          tag: '((Severity))',
          path: 'field.severity',
          type: 'singleChoice',
          everywhere: true,
        }),
        expect.objectContaining({ tag: '((secret.jira))', kind: 'secret', everywhere: false }),
      ]),
      filters: expect.arrayContaining([expect.objectContaining({ name: 'date', example: '| date: "yyyy-MM-dd"' })]),
    });
    expect(text).not.toContain('jira-password-1');
    expect((await call('GET', `${path}/tags?target=member`)).text).toContain('member.score');
    expect((await call('GET', `${path}/tags?feedbackType=nothing`)).status).toBe(400);
    expect((await call('GET', `${path}/tags?target=member&feedbackType=issues`)).status).toBe(400);
    expect((await call('GET', `${path}/tags?target=ticket`)).status).toBe(400);
  });
});

describe('the preview of a template', () => {
  test('renders it for a chosen ticket or member, secrets as tags', async ({ engines }) => {
    const { call, path, send } = await projectWithWebhook(engines, undefined, { automations: false });
    await send({ summary: 'He said "no"', crashedAt: '2026-11-20', submitter: 'jim@example.com' });
    const preview = async (body: object) => (await call('POST', `${path}/tags/preview`, { body })).json;
    const template =
      '{"text": "((Summary))", "at": ((ticket.createdAt | date: "d MMM yyyy")), "key": "((secret.jira))"}';
    expect(await preview({ template, context: 'json', ticket: 'BUG-0001' })).toEqual({
      text: '{"text": "He said \\"no\\"", "at": "21 Nov 2026", "key": "((secret.jira))"}',
    });
    const url = 'https://example.com/((Jira ID))';
    expect(await preview({ template: url, context: 'url', ticket: 'BUG-0001' })).toEqual({
      problem: 'Jira ID is empty',
    });
    const forMember = { template: '((member.email | upper))', context: 'text', member: 'JIM@example.com' };
    expect(await preview(forMember)).toEqual({ text: 'JIM@EXAMPLE.COM' });
  });

  test('lists every problem of the template with line and column', async ({ engines }) => {
    const { call, path, send } = await projectWithWebhook(engines, undefined, { automations: false });
    await send({ summary: 'It crashed' });
    const body = { template: '((Sumary))\n((Summary | date: "YYYY"))', context: 'text', ticket: 'BUG-0001' };
    const { status, json } = await call('POST', `${path}/tags/preview`, { body });
    expect([status, Object(json).errors]).toEqual([
      400,
      [
        {
          parameter: 'template',
          code: 'invalid_text',
          message: expect.stringMatching(/^line 1, column 1: .*"Summary"\?$/),
        },
        { parameter: 'template', code: 'invalid_text', message: expect.stringMatching(/^line 2, column \d+: .*yyyy/) },
      ],
    ]);
    const both = { template: 'x', context: 'text', ticket: 'BUG-0001', member: 'jim@example.com' };
    expect((await call('POST', `${path}/tags/preview`, { body: both })).status).toBe(400);
  });
});

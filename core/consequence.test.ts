import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { decideSubmission } from './consequence.ts';
import { ProjectDocument } from './document/schema.ts';
import { describeParts } from './templates/parts.ts';
import type { FieldValue, Ticket } from './tickets/ticket.ts';

const at = '2026-11-21T09:00:00.000Z';

function decide(
  fields: Record<string, FieldValue>,
  change: (document: ProjectDocument) => void = () => undefined,
  runAutomations = true,
) {
  const document = ProjectDocument.parse(parse(readFileSync('examples/apollo.yaml', 'utf8')));
  change(document);
  const ticket: Ticket = {
    id: 'BUG-0001',
    project: 'apollo',
    feedbackType: 'issues',
    version: 1,
    state: { team: 'beta-support', workflow: 'default', status: 'New' },
    submitter: 'jim@example.com',
    fields,
    external: {},
    origin: { kind: 'source', key: 'appcrashlog' },
    createdAt: at,
    updatedAt: at,
  };
  let ids = 0;
  return decideSubmission({
    document,
    runAutomations,
    notify: true,
    context: {
      ticket,
      submitter: { email: 'jim@example.com', name: 'Jim', teams: [], score: 0, external: {} },
      project: document.project,
      variables: document.variables,
      ticketUrl: 'https://console.example.com/projects/apollo/tickets/BUG-0001',
      now: at,
    },
    memberVersion: 1,
    newId: () => {
      ids += 1;
      return `d${ids}`;
    },
  });
}

describe('a new ticket', () => {
  test('that matches an automation sets off its rendered webhook, with secrets as names', () => {
    const [delivery, ...others] = decide({ summary: 'It "crashed"', severity: 'Critical' }).deliveries;
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({
      id: 'd1',
      macro: 'tell-slack',
      action: 'webhook-1',
      target: { ticket: 'BUG-0001' },
      cause: { kind: 'automation', key: 'escalate' },
      outcome: 'pending',
    });
    expect(describeParts(delivery?.request?.url ?? [])).toBe('((secret.slack-webhook-url))');
    expect(JSON.parse(describeParts(delivery?.request?.body ?? []))).toEqual({
      text: '*BUG-0001* It "crashed" (Critical) from Jim\nhttps://console.example.com/projects/apollo/tickets/BUG-0001',
    });
  });

  test.each([
    ['does not pass the filter', { summary: 'x', severity: 'Low' }, () => undefined],
    [
      'belongs to another feedback type',
      { summary: 'x', severity: 'Critical' },
      (document: ProjectDocument) => {
        document.automations = document.automations.map((automation) => ({ ...automation, feedbackType: 'ideas' }));
      },
    ],
    [
      'meets a disabled automation',
      { summary: 'x', severity: 'Critical' },
      (document: ProjectDocument) => {
        document.automations = document.automations.map((automation) => ({ ...automation, enabled: false }));
      },
    ],
  ])('sets nothing off where it %s', (_, fields, change) => {
    expect(decide(fields, change).deliveries).toEqual([]);
  });

  test('sets nothing off where its source runs no automations', () => {
    expect(decide({ summary: 'x', severity: 'Critical' }, undefined, false).deliveries).toEqual([]);
  });

  test('runs a macro once, also where several automations name it, and says so of the others', () => {
    const { ran, deliveries } = decide({ summary: 'x', severity: 'Critical' }, (document) => {
      const [escalate] = document.automations;
      if (escalate !== undefined) document.automations.push({ ...escalate, key: 'again' });
    });
    expect(deliveries).toHaveLength(1);
    expect(ran.map(({ automation, actions }) => [automation, actions[0]?.outcome])).toEqual([
      ['escalate', 'queued'],
      ['again', 'skipped'],
    ]);
  });

  test('whose request cannot be stored as one item fails that webhook alone', () => {
    const { deliveries } = decide({ summary: 'x', severity: 'Critical' }, (document) => {
      Object.assign(document.macros[2]?.actions[0] ?? {}, { headers: { 'X-A': '((secret.a))'.repeat(10_000) } });
    });
    expect(deliveries).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('can be stored') }]);
  });

  test('tells which actions ran, and shows the ticket after them', () => {
    const { ran, deliveries, context } = decide({ summary: 'x', severity: 'Critical' }, (document) => {
      document.automations = document.automations.map((automation) =>
        automation.key === 'escalate' ? { ...automation, macro: 'send-to-jira' } : automation,
      );
    });
    expect(ran).toEqual([
      {
        automation: 'escalate',
        macro: 'send-to-jira',
        actions: [
          { kind: 'webhook', action: 'webhook-1', outcome: 'queued', delivery: 'd1' },
          { kind: 'workflow', action: 'workflow-2', outcome: 'applied' },
        ],
      },
    ]);
    expect('ticket' in context && context.ticket).toMatchObject({
      version: 2,
      state: { status: 'Logged to Jira', team: 'project-managers' },
    });
    expect(deliveries).toHaveLength(1);
  });

  test('whose webhooks together outgrow a transaction keeps those that fit and says why the others failed', () => {
    const { deliveries } = decide({ summary: 'x', severity: 'Critical' }, (document) => {
      const headers = { 'X-A': '((secret.a))'.repeat(5_000) };
      const actions = Array.from({ length: 20 }, () => ({ ...document.macros[2]?.actions[0], headers }));
      Object.assign(document.macros[2] ?? {}, { actions });
    });
    expect(deliveries).toHaveLength(20);
    expect(deliveries.filter(({ outcome }) => outcome === 'pending')).toHaveLength(15);
    expect(deliveries.at(-1)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('bytes in all') });
  });
});

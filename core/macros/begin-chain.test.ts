import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ProjectDocument } from '../document/schema.ts';
import { Automation } from '../document/schema-automations.ts';
import { Macro } from '../document/schema-macros.ts';
import { followCapture, stopCapture } from './begin-chain.ts';
import type { ChainInput, Consequence } from './chain.ts';

const at = '2026-11-21T09:00:00.000Z';
const send = { kind: 'webhook', method: 'POST', url: 'https://tracker.example.com/issue', capture: 'jira' };
const comment = { kind: 'comment', text: 'In Jira' };

/** A ticket whose key in Jira was captured, and automations that run these macros for it. */
function captured(macros: Record<string, object[]>, automation: object = {}) {
  const document = ProjectDocument.parse(parse(readFileSync('examples/apollo.yaml', 'utf8')));
  const keys = Object.keys(macros);
  const made = keys.map((key) => Macro.parse({ key, name: key, target: 'feedback', actions: macros[key] }));
  const filter = { field: 'jira.key', op: 'changed' };
  document.macros.push(...made);
  document.automations = keys.map((macro) =>
    Automation.parse({ key: `on-${macro}`, trigger: 'modify', filter, macro, ...automation }),
  );
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `id${ids}`;
  };
  const input: ChainInput = {
    document,
    newId,
    memberVersion: 0,
    context: {
      ticket: {
        id: 'BUG-0001',
        project: 'apollo',
        feedbackType: 'issues',
        version: 2,
        state: { team: 'beta-support', workflow: 'default', status: 'New' },
        submitter: 'jim@example.com',
        fields: { summary: 'It broke' },
        external: { jira: { key: 'APO-1' } },
        origin: { kind: 'source', key: 'appcrashlog' },
        createdAt: at,
        updatedAt: at,
      },
      submitter: undefined,
      project: document.project,
      variables: {},
      ticketUrl: 'https://console.example.com/projects/apollo/tickets/BUG-0001',
      now: at,
    },
  };
  const change = {
    cause: { kind: 'capture' as const, key: 'd0' },
    paths: ['external.jira.key'],
    chain: ['track'],
    goesOn: { id: 'd0', applied: new Set(['ticket/track', 'ticket/done']) },
  };
  return { input, change };
}

/** The items of the transaction: the two records, the delivery that was followed, and one for each thing besides. */
function countItems({ deliveries, comments, changes, once }: Consequence, marks: number): number {
  return 2 + 1 + deliveries.length + comments.length + changes.length + once.length + marks;
}

describe('a chain that goes on over captured values', () => {
  test('never comes to more than fits into one transaction, its marks included', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, place) => [`note-${place}`, [comment]]));
    const { input, change } = captured(many);
    const { consequence, applied } = followCapture(input, change);
    const items = countItems(consequence, applied.length);
    expect(items).toBeLessThanOrEqual(90);
    // As much as fits is done: one more macro would need 3 items, and 5 are kept free.
    expect(items).toBeGreaterThan(90 - 3 - 5);
    const stopped = consequence.changes.flatMap(({ change: entry }) => entry.stopped ?? []);
    expect(stopped).toHaveLength(40 - applied.length);
    expect(stopped[0]?.reason).toBe('the change would have more parts than can be stored at once');
  });

  test('tells what it sends on its way which chain it is, and all that has run in it', () => {
    const { input, change } = captured({ relay: [send], done: [comment], note: [comment] });
    const { consequence, applied } = followCapture(input, change);
    expect(applied).toEqual(['ticket/relay', 'ticket/note']);
    expect(consequence.deliveries).toMatchObject([
      {
        macro: 'relay',
        follow: {
          id: 'd0',
          chain: ['track', 'relay'],
          applied: ['ticket/track', 'ticket/done', 'ticket/relay', 'ticket/note'],
        },
      },
    ]);
  });
});

describe('a chain that is given up', () => {
  test('runs nothing, and says of each automation why', () => {
    const { input, change } = captured({ note: [comment], done: [comment] });
    const { consequence, applied } = stopCapture(input, change, 'it is too late');
    expect(applied).toEqual([]);
    expect(consequence.context).toEqual(input.context);
    expect(consequence.comments).toEqual([]);
    expect(consequence.changes).toMatchObject([
      {
        record: 'ticket',
        change: {
          version: 2,
          cause: change.cause,
          changes: [],
          stopped: [
            { automation: 'on-note', reason: 'it is too late' },
            { automation: 'on-done', reason: 'its macro "done" has run already in this chain' },
          ],
        },
      },
    ]);
  });

  test('says nothing of what has run once for the ticket', () => {
    const { input, change } = captured({ note: [comment] }, { limit: 'oncePerTicket' });
    const given = stopCapture({ ...input, ranOnce: new Set(['on-note']) }, change, 'it is too late');
    expect(given.consequence.changes).toEqual([]);
  });
});

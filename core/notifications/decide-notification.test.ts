import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ProjectDocument } from '../document/schema.ts';
import { followChange } from '../macros/begin-chain.ts';
import type { ChainInput } from '../macros/chain.ts';
import type { ChangeCause } from '../records/change.ts';
import type { TicketContext } from '../tickets/record-values.ts';
import { decideNotification, mayNotify } from './decide-notification.ts';

const at = '2026-11-21T09:00:00.000Z';
const fields = { summary: 'It broke', description: 'Badly' };

function documentWith(change: (document: ProjectDocument) => void = () => undefined): ProjectDocument {
  const document = ProjectDocument.parse(parse(readFileSync('examples/apollo.yaml', 'utf8')));
  for (const team of document.teams) team.notify = { submitted: true, moved: true };
  change(document);
  return document;
}

/** What is told of a ticket of beta-support that somebody gives to another team, or changes otherwise. */
type Move = { team?: string; document?: ProjectDocument; of?: Record<string, string> };

/** A ticket before and after it was moved. */
function move({ team = 'project-managers', document = documentWith(), of = fields }: Move) {
  const context: TicketContext = {
    ticket: {
      id: 'BUG-0001',
      project: 'apollo',
      feedbackType: 'issues',
      version: 1,
      state: { team: 'beta-support', workflow: 'default', status: 'New' },
      submitter: 'jim@example.com',
      fields: of,
      external: {},
      origin: { kind: 'source', key: 'appcrashlog' },
      createdAt: at,
      updatedAt: at,
    },
    submitter: undefined,
    project: document.project,
    variables: {},
    ticketUrl: 'https://console.example.com/projects/apollo/tickets/BUG-0001',
    now: at,
  };
  const after = { ...context, ticket: { ...context.ticket, state: { ...context.ticket.state, team } } };
  return { context, after, document, team };
}

function tell(cause: Omit<ChangeCause, 'chain'>, given: Move = {}) {
  const { context, after, document, team } = move(given);
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `id${ids}`;
  };
  const input: ChainInput = { document, newId, context, memberVersion: 0 };
  const changes = [{ path: 'ticket.team', from: 'beta-support', to: team }];
  const lookups = { added: [], removed: [] };
  return followChange(input, { context: after, cause, changes, comments: [], lookups }).notifications;
}

describe('a ticket that somebody moves', () => {
  test('is told to its new team, but not to whoever moved it', () => {
    expect(tell({ kind: 'person', by: 'PM@example.com' })).toEqual([
      {
        id: expect.any(String),
        project: 'apollo',
        event: 'moved',
        team: 'project-managers',
        ticket: 'BUG-0001',
        summary: 'It broke',
        status: 'New',
        cause: { kind: 'person', by: 'PM@example.com' },
        doer: 'pm@example.com',
        at,
      },
    ]);
  });

  test('among many at a time is told to nobody', () => {
    const { context: before, after, document } = move({});
    const cause = { kind: 'run', by: 'pm@example.com' } as const;
    const told = (isBulk: boolean) =>
      decideNotification(
        { document, newId: () => 'id' },
        { kind: 'change', cause, isBulk },
        { before, after, changes: [] },
      );
    expect(told(true)).toBeUndefined();
    expect(told(false)).toMatchObject({ event: 'moved', team: 'project-managers' });
  });

  test('to where it is already is told to nobody', () => {
    expect(tell({ kind: 'person' }, { team: 'beta-support' })).toEqual([]);
  });

  test('by a machine has nobody who need not be told', () => {
    expect(tell({ kind: 'person', by: 'project-manager' })[0]).not.toHaveProperty('doer');
  });

  test('is told with no field but its summary, nor with one that is internal', () => {
    const internal = documentWith(({ feedbackTypes }) => {
      for (const field of feedbackTypes.flatMap((type) => type.fields)) field.internal = true;
    });
    expect(JSON.stringify(tell({ kind: 'person' }))).not.toContain('Badly');
    expect(tell({ kind: 'person' }, { document: internal })[0]).not.toHaveProperty('summary');
  });

  test('is told with its first short text where no field is called summary', () => {
    const renamed = documentWith(({ feedbackTypes: [type] }) => {
      for (const field of type?.fields ?? []) if (field.key === 'summary') field.key = 'title';
    });
    expect(tell({ kind: 'person' }, { document: renamed, of: { title: 'Broken' } })).toMatchObject([
      { summary: 'Broken' },
    ]);
  });

  test('is told with the beginning of a long summary', () => {
    const [told] = tell({ kind: 'person' }, { of: { summary: '\u{1f41e}'.repeat(255) } });
    expect(told?.summary).toBe(`${'\u{1f41e}'.repeat(100)}…`);
  });
});

test('a place for a notification is kept only where some team is told of anything', () => {
  expect(mayNotify(documentWith())).toBe(true);
  const silent = (document: ProjectDocument) => {
    for (const team of document.teams) team.notify = { submitted: false, moved: false };
  };
  expect(mayNotify(documentWith(silent))).toBe(false);
});

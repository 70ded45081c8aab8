import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { getValid } from '../../test/sample-document.ts';
import type { ProjectDocument } from '../document/schema.ts';
import { Automation } from '../document/schema-automations.ts';
import { findTriggered } from '../macros/triggered.ts';
import type { RecordContext, TicketContext } from '../tickets/record-values.ts';
import type { Trigger } from './automation-checks.ts';
import { explainAutomation, type Known } from './explain-automation.ts';

const apollo = getValid(parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'))).document;
const jim = { email: 'jim@example.com', name: 'Jim', teams: [], score: 0, external: {} };
const surroundings = {
  project: { key: 'apollo', name: 'Apollo' },
  variables: {},
  now: '2026-11-21T09:00:00.000Z',
};

function ticket(fields: TicketContext['ticket']['fields'], feedbackType = 'issues'): TicketContext {
  return {
    ...surroundings,
    ticketUrl: 'https://console.example.com/projects/apollo/tickets/BUG-0001',
    submitter: jim,
    ticket: {
      ...{ id: 'BUG-0001', project: 'apollo', feedbackType, version: 1, submitter: jim.email, fields },
      state: { workflow: 'default', status: 'New', team: 'beta-support' },
      ...{ external: {}, origin: { kind: 'source', key: 'appcrashlog' } },
      ...{ createdAt: '2026-11-20T09:00:00.000Z', updatedAt: '2026-11-20T09:00:00.000Z' },
    },
  };
}

function explain(change: object, context: RecordContext, known: Partial<Known> = {}) {
  const automation = Automation.parse({ key: 'a', trigger: 'submit', macro: 'tell-slack', ...change });
  return explainAutomation(apollo, automation, context, { hasRun: false, ...known });
}

/** The reasons that one of the example's automations gives, as texts; those that do not pass are marked. */
function listReasons(change: object, context: RecordContext, known: Partial<Known> = {}): string[] {
  return explain(change, context, known).reasons.map(({ passes, says }) => `${passes ? '' : 'no: '}${says}`);
}

test('an automation that matches says what it asked', () => {
  expect(explain({ filter: 'critical', name: 'Tell' }, ticket({ severity: 'Critical' }))).toMatchObject({
    automation: 'a',
    name: 'Tell',
    macro: 'tell-slack',
    matches: true,
    reasons: [
      { check: 'enabled', passes: true, says: 'It is enabled' },
      { check: 'trigger', passes: true, says: 'It runs when a ticket is submitted' },
      { check: 'target', passes: true, says: 'Macro "tell-slack" is for tickets' },
      { check: 'feedbackType', passes: true, says: 'It is for tickets of type "issues"' },
      { check: 'filter', passes: true, says: 'The ticket matches filter "critical"' },
    ],
  });
});

test('an automation that does not match says so condition by condition, in the words of the project', () => {
  const { matches, reasons } = explain({ filter: 'critical' }, ticket({ severity: 'Low' }));
  expect([matches, reasons.at(-1)]).toMatchObject([
    false,
    {
      says: 'The ticket does not match filter "critical"',
      filter: {
        all: [
          { says: 'Severity is Low, and Critical is wanted', matches: false },
          { says: 'Status is New, not Closed', matches: true },
        ],
      },
    },
  ]);
});

describe('each check says why it fails:', () => {
  const critical = ticket({ severity: 'Critical' });
  test.each<[check: string, change: object, context: RecordContext, known: Partial<Known>, reason: string]>([
    ['enabled', { enabled: false }, critical, {}, 'no: It is disabled'],
    [
      'trigger',
      {},
      critical,
      { trigger: { kind: 'modify', changedPaths: new Set() } },
      'no: It runs when a ticket is submitted, and this one was changed',
    ],
    [
      'a schedule',
      { trigger: undefined, schedule: { every: 'week', timeZone: 'Europe/Berlin' } },
      critical,
      { trigger: { kind: 'submit' } },
      'no: It runs by its schedule: every week at MON 00:00, Europe/Berlin, and this one was submitted',
    ],
    [
      'unless',
      { trigger: 'modify', unless: { listener: 'jirastatus' } },
      critical,
      { trigger: { kind: 'modify', changedPaths: new Set(), listener: 'jirastatus' } },
      'no: The change came through listener "jirastatus"',
    ],
    ['target', { macro: 'thank' }, critical, {}, 'no: Macro "thank" is for members, and this is a ticket'],
    ['macro', { macro: 'gone' }, critical, {}, 'no: There is no macro "gone"'],
    [
      'feedback type',
      {},
      ticket({}, 'ideas'),
      {},
      'no: It is for tickets of type "issues", and this one is of type "ideas"',
    ],
    ['filter', { filter: 'gone' }, critical, {}, 'no: There is no filter "gone"'],
    [
      'limit',
      { limit: 'oncePerTicket' },
      critical,
      { hasRun: true },
      'no: It runs once for each ticket, and has run for this one',
    ],
  ])('%s', (_check, change, context, known, reason) => {
    expect(explain(change, context, known).matches).toBe(false);
    expect(listReasons(change, context, known)).toContain(reason);
  });
});

test('what sets an automation off is said of the records that its macro is for', () => {
  expect(listReasons({}, { ...surroundings, member: jim })).toEqual([
    'It is enabled',
    'It runs when a ticket is submitted',
    'no: Macro "tell-slack" is for tickets, and this is a member',
  ]);
  expect(listReasons({ trigger: 'modify', macro: 'thank' }, ticket({}))).toContain('It runs when a member is changed');
});

test('conditions are left out where the record is of another kind or type', () => {
  expect(listReasons({ filter: 'critical' }, ticket({}, 'ideas')).join()).not.toContain('critical');
  expect(listReasons({ filter: 'critical', macro: 'thank' }, ticket({})).join()).not.toContain('critical');
});

test('without a modification nothing is said of what changed, and what else holds is', () => {
  const change = { trigger: 'modify', filter: { field: 'occurrences', op: 'changed' }, limit: 'oncePerTicket' };
  const { matches, reasons } = explain(change, ticket({ occurrences: 3 }));
  expect(matches).toBe(false);
  expect(reasons).toContainEqual(
    expect.objectContaining({
      filter: expect.objectContaining({ says: 'Only a modification can tell whether Occurrences changed' }),
    }),
  );
  expect(reasons.at(-1)).toMatchObject({ check: 'limit', passes: true });
  const trigger: Trigger = { kind: 'modify', changedPaths: new Set(['field.occurrences']) };
  expect(explain(change, ticket({ occurrences: 3 }), { trigger }).matches).toBe(true);
});

test('an automation over members is explained for a member', () => {
  const filter = { field: 'member.score', op: 'greaterThan', value: 10 };
  expect(listReasons({ trigger: 'modify', macro: 'thank', filter }, { ...surroundings, member: jim })).toEqual([
    'It is enabled',
    'It runs when a member is changed',
    'Macro "thank" is for members',
    'no: The member does not match the conditions',
  ]);
});

const anyAutomation = fc.record({
  key: fc.constant('a'),
  enabled: fc.boolean(),
  trigger: fc.constantFrom('submit' as const, 'modify' as const, undefined),
  feedbackType: fc.constantFrom('issues', 'ideas', undefined),
  filter: fc.constantFrom('critical', 'gone', { field: 'occurrences', op: 'changed' as const }, undefined),
  macro: fc.constantFrom('tell-slack', 'thank', 'gone'),
  unless: fc.constantFrom({ listener: 'jirastatus' }, undefined),
});
const anyTrigger: fc.Arbitrary<Trigger> = fc.oneof(
  fc.constant({ kind: 'submit' as const }),
  fc.record({
    kind: fc.constant('modify' as const),
    changedPaths: fc.constantFrom(new Set(['field.occurrences']), new Set(['field.summary'])),
    listener: fc.constantFrom('jirastatus', 'jiraclosed', undefined),
  }),
);
const anyContext: fc.Arbitrary<RecordContext> = fc.constantFrom<RecordContext>(
  ticket({ severity: 'Critical' }),
  ticket({ severity: 'Low' }),
  ticket({}, 'ideas'),
  { ...surroundings, member: jim },
);

test('an explanation comes to what happens, whatever sets the automation off', () => {
  fc.assert(
    fc.property(anyAutomation, anyTrigger, anyContext, (given, trigger, context) => {
      const document: ProjectDocument = { ...apollo, automations: [given] };
      const { matches } = explainAutomation(document, given, context, { trigger, hasRun: false });
      expect(matches).toBe(findTriggered(document, context, trigger).length === 1);
    }),
    { numRuns: 2_000 },
  );
});

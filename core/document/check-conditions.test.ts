import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listProblems, withPart } from '../../test/sample-document.ts';
import type { Path } from './problems.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));
const condition: Path = ['filters', 0, 'where', 'all', 0];

/** One changed part of the example, and the only problem that it leads to. */
test.each<[rule: string, path: Path, part: unknown, problem: string]>([
  [
    'unknown value',
    [...condition, 'field'],
    'severty',
    'filters[0].where.all[0].field: "severty" is not a value of a ticket of type "issues"; did you mean "severity"?',
  ],
  [
    'unknown choice',
    [...condition, 'value'],
    'critical',
    'filters[0].where.all[0].value: "critical" is not a choice of Severity (Low, Medium, High, Critical)',
  ],
  [
    'unknown status',
    ['filters', 0, 'where', 'all', 1, 'value'],
    'closed',
    'filters[0].where.all[1].value: "closed" is not a status (New, Open, Logged to Jira, Closed)',
  ],
  [
    'operator that does not fit',
    [...condition, 'op'],
    'olderThan',
    'filters[0].where.all[0].op: olderThan does not fit "severity", which is a text',
  ],
  [
    'unknown operator',
    [...condition, 'op'],
    'equal',
    'filters[0].where.all[0].op: "equal" is not one of equals, notEquals, in, notIn, contains, startsWith, greaterThan, lessThan, before, after, olderThan, isEmpty, isNotEmpty, changed',
  ],
  [
    'value too many',
    condition,
    { field: 'severity', op: 'isEmpty', value: 'Low' },
    'filters[0].where.all[0].value: isEmpty takes no value',
  ],
  ['no value', condition, { field: 'severity', op: 'equals' }, 'filters[0].where.all[0].value: equals needs a value'],
  [
    'number as text',
    condition,
    { field: 'occurrences', op: 'greaterThan', value: '3' },
    'filters[0].where.all[0].value: is compared with a number: write it without quotes',
  ],
  [
    'no list',
    condition,
    { field: 'severity', op: 'in', value: 'Low' },
    'filters[0].where.all[0].value: in takes a list of values, such as [a, b]',
  ],
  [
    'no date',
    condition,
    { field: 'crashed-at', op: 'before', value: '2026-02-30' },
    'filters[0].where.all[0].value: "2026-02-30" is not a date such as 2026-11-30 or 2026-11-30T09:15:00Z',
  ],
  [
    'no duration',
    condition,
    { field: 'ticket.createdAt', op: 'olderThan', value: '90 days' },
    'filters[0].where.all[0].value: "90 days" is not a duration such as 30m, 12h or 90d',
  ],
  [
    'secret in a filter',
    condition,
    { field: 'secret.jira', op: 'isEmpty' },
    'filters[0].where.all[0].field: "secret.jira" is not a value of a ticket of type "issues"',
  ],
  [
    'unknown feedback type',
    ['filters', 1, 'feedbackType'],
    'issue',
    'filters[1].feedbackType: "issue" is not a feedback type of this document (issues, ideas)',
  ],
  [
    '"changed" of a scheduled automation',
    ['automations', 2, 'filter'],
    { field: 'severity', op: 'changed' },
    'automations[2].filter.op: only automations on modify can tell what changed',
  ],
])('filters with this fault are refused: %s', (_rule, path, part, problem) => {
  expect(listProblems(withPart(apollo, path, part))).toEqual([problem]);
});

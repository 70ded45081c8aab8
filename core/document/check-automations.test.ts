import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { getValid, listProblems, withPart } from '../../test/sample-document.ts';
import type { Path } from './problems.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

/** One changed part of the example, and the only problem that it leads to. */
test.each<[rule: string, path: Path, part: unknown, problem: string]>([
  [
    'trigger and schedule',
    ['automations', 0, 'schedule'],
    { every: 'day' },
    'automations[0].schedule: an automation has a trigger or a schedule, not both',
  ],
  [
    'neither',
    ['automations', 0, 'trigger'],
    undefined,
    'automations[0].trigger: a trigger (submit, modify) or a schedule is required',
  ],
  [
    'time of another period',
    ['automations', 2, 'schedule', 'at'],
    '03:00',
    'automations[2].schedule.at: "03:00" is not a time for every: week, such as MON 03:00',
  ],
  [
    'minute as a number',
    ['automations', 2, 'schedule'],
    { every: 'hour', at: 5 },
    'automations[2].schedule.at: must be a text, not the number 5: write it in quotes, ":05"',
  ],
  [
    'number for a day',
    ['automations', 2, 'schedule'],
    { every: 'month', at: 15 },
    'automations[2].schedule.at: must be a text, not the number 15: write a time such as 1 03:00 or LAST 03:00',
  ],
  [
    'number that is no minute',
    ['automations', 2, 'schedule'],
    { every: 'hour', at: 60 },
    'automations[2].schedule.at: must be a text, not the number 60: write a time such as :15',
  ],
  [
    'unknown time zone',
    ['automations', 2, 'schedule', 'timeZone'],
    'Europe/Berln',
    'automations[2].schedule.timeZone: "Europe/Berln" is not the name of a time zone such as Europe/Berlin',
  ],
  [
    'start without seconds',
    ['automations', 2, 'schedule'],
    { every: 'day', start: '2026-02-01T09:15Z' },
    'automations[2].schedule.start: "2026-02-01T09:15Z" is not a date such as 2026-11-30 or 2026-11-30T09:15:00Z',
  ],
  [
    'end before start',
    ['automations', 2, 'schedule'],
    { every: 'day', start: '2026-02-01', end: '2026-01-01' },
    'automations[2].schedule.end: end is before start',
  ],
  [
    'end before start, by the days of its zone',
    ['automations', 2, 'schedule'],
    { every: 'hour', timeZone: 'Asia/Kolkata', start: '2026-02-01T18:30:00Z', end: '2026-02-01' },
    'automations[2].schedule.end: end is before start',
  ],
  [
    'end before the first run',
    ['automations', 2, 'schedule'],
    { every: 'month', at: '1 03:00', timeZone: 'Europe/Berlin', start: '2026-02-02', end: '2026-02-28' },
    'automations[2].schedule.end: it never runs between start and end: the first time would be 2026-03-01T02:00:00.000Z',
  ],
  [
    'unknown listener',
    ['automations', 1, 'unless', 'listener'],
    'jira',
    'automations[1].unless.listener: "jira" is not a listener of this document (jiraclosed, jirastatus, iosclosed, devnote, appusage, thanks)',
  ],
  [
    'macro for members on submission',
    ['automations', 0],
    { key: 'a', trigger: 'submit', macro: 'thank' },
    'automations[0].macro: macro "thank" has target member, and one with target feedback is needed',
  ],
  [
    'unknown column',
    ['dataPackages', 0, 'columns', 1],
    'sumary',
    'dataPackages[0].columns[1]: "sumary" is not a value of a ticket of type "issues"; did you mean "summary"?',
  ],
  [
    'unknown API key',
    ['recordLookups', 0, 'apiKey'],
    'tableau',
    'recordLookups[0].apiKey: "tableau" is not the prefix of an API key (bi, jira, mobile, web)',
  ],
])('automations with this fault are refused: %s', (_rule, path, part, problem) => {
  expect(listProblems(withPart(apollo, path, part))).toEqual([problem]);
});

test('every problem of a schedule is listed at once', () => {
  const schedule = { every: 'month', at: '32 03:00', timeZone: 'Mars', start: '2026-02-01', end: '2026-01-01' };
  expect(listProblems(withPart(apollo, ['automations', 2, 'schedule'], schedule))).toEqual([
    'automations[2].schedule.at: "32 03:00" is not a time for every: month, such as 1 03:00 or LAST 03:00',
    'automations[2].schedule.timeZone: "Mars" is not the name of a time zone such as Europe/Berlin',
    'automations[2].schedule.end: end is before start',
  ]);
});

test.each([
  ['28 03:00', []],
  ['LAST 03:00', []],
  [
    '30 03:00',
    [
      'automations[2].schedule.at: in a February that has no 30th it runs on the last day; LAST is the last day of every month',
    ],
  ],
  [
    '31 03:00',
    ['automations[2].schedule.at: in months that have no 31st it runs on the last day: write LAST to say so'],
  ],
])('a day that some months lack is warned of: %s', (at, warnings) => {
  const { warnings: given } = getValid(withPart(apollo, ['automations', 2, 'schedule'], { every: 'month', at }));
  expect(given).toEqual(warnings);
});

test('a filter of another feedback type is refused', () => {
  const macro = { key: 'idea', name: 'Idea', target: 'feedback', actions: [{ kind: 'comment', text: 'Hi' }] };
  const automation = { key: 'a', trigger: 'submit', feedbackType: 'ideas', filter: 'critical', macro: 'idea' };
  const input = withPart(withPart(apollo, ['macros', 6], macro), ['automations', 0], automation);
  expect(listProblems(input)).toEqual([
    'automations[0].filter: filter "critical" is for feedback type "issues", not "ideas"',
  ]);
});

test('more consequences than one transaction holds are refused', () => {
  const noisy = {
    key: 'noisy',
    name: 'Noisy',
    target: 'feedback',
    actions: new Array(20).fill({ kind: 'comment', text: 'x' }),
  };
  const keys = ['noisy', 'noisy2', 'noisy3', 'noisy4', 'noisy5'];
  let input = keys.reduce((value, key, index) => withPart(value, ['macros', 6 + index], { ...noisy, key }), apollo);
  input = withPart(
    input,
    ['automations'],
    keys.map((key) => ({ key, trigger: 'submit', macro: key, feedbackType: 'ideas' })),
  );
  expect(listProblems(input)).toEqual([
    expect.stringMatching(/^automations: one ticket of type "ideas" could set off 109 /),
  ]);
  expect(listProblems(withPart(input, ['teams', 0, 'notify'], { moved: true }))).toEqual([
    expect.stringMatching(/^automations: one ticket of type "ideas" could set off 110 /),
  ]);
});

test('two histories of one macro, and the macros for members that follow, count as consequences', () => {
  const comments = (count: number) => new Array(count).fill({ kind: 'comment', text: 'x' });
  const score = { kind: 'score', points: 1 };
  const member = { key: 'kind', name: 'Kind', target: 'member', actions: comments(20) };
  const noisy = { key: 'noisy', name: 'Noisy', target: 'feedback', actions: [...comments(19), score] };
  const keys = ['noisy', 'noisy2', 'noisy3', 'noisy4'];
  let input = keys.reduce((value, key, index) => withPart(value, ['macros', 6 + index], { ...noisy, key }), apollo);
  input = withPart(input, ['macros', 10], member);
  input = withPart(
    input,
    ['automations'],
    [
      ...keys.map((key) => ({ key, trigger: 'submit', macro: key, feedbackType: 'ideas' })),
      { key: 'then', trigger: 'modify', macro: 'kind', filter: { field: 'member.score', op: 'changed' } },
    ],
  );
  expect(listProblems(input)).toContainEqual(
    expect.stringMatching(/^automations: one ticket of type "ideas" could set off 109 /),
  );
});

test('more schedules, or longer conditions of one, than a run can keep are refused', () => {
  const scheduled = (key: string, filter?: object) => ({ key, schedule: { every: 'day' }, macro: 'close', filter });
  const many = Array.from({ length: 501 }, (_, place) => scheduled(`a${place}`));
  expect(listProblems(withPart(apollo, ['automations'], many))).toEqual([
    'automations[500].schedule: a document may have 500 schedules at most',
  ]);
  const any = Array.from({ length: 300 }, (_, place) => ({
    field: 'summary',
    op: 'equals',
    value: `${place}${'x'.repeat(50)}`,
  }));
  expect(listProblems(withPart(apollo, ['automations'], [scheduled('a', { any })]))).toEqual([
    'automations[0].filter: the conditions of a scheduled automation may have 16384 bytes of JSON at most: split it',
  ]);
});

test('a tolerance that would let replays in is refused', () => {
  const scheme = (message: string[], tolerance: string) => ({
    secret: 'hook',
    scheme: { header: 'x-signature', message, timestampHeader: 'x-timestamp', tolerance },
  });
  const problems = (message: string[], tolerance: string) =>
    listProblems(withPart(apollo, ['externalSources', 0, 'signature'], scheme(message, tolerance)));
  expect(problems(['timestamp', 'body'], '24h')).toEqual([]);
  expect(problems(['timestamp', 'body'], '25h')).toEqual([
    'externalSources[0].signature.scheme.tolerance: the tolerance may be 24h at most',
  ]);
  expect(problems(['body'], '30d')).toEqual([]);
  expect(problems(['body'], '31d')).toHaveLength(1);
});

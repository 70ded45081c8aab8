import { describe, expect } from 'vitest';
import { Filter } from '../../core/document/schema-filters.ts';
import { ExternalListener } from '../../core/document/schema-listeners.ts';
import { admin, personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { projectWith } from '../macro-project.ts';

const escalate = { key: 'escalate', trigger: 'submit', filter: 'critical', macro: 'tell-slack' };
const thank = { key: 'thank-again', trigger: 'modify', macro: 'thank' };
const forIdeas = { key: 'ideas-only', name: 'Ideas only', target: 'ticket', feedbackType: 'ideas' };
const keen = {
  key: 'keen',
  name: 'Keen',
  target: 'member',
  where: { field: 'member.score', op: 'greaterThan', value: 9 },
};

/** The example with two automations, a filter over ideas and one over members, and a ticket of low severity. */
async function explained(engines: Parameters<typeof projectWith>[0]) {
  const project = await projectWith(engines, [], [escalate, thank], ({ filters, externalListeners }) => {
    filters.push(Filter.parse({ ...forIdeas, where: { all: [] } }), Filter.parse(keen));
    const planned = {
      key: 'planned',
      name: 'Planned',
      target: 'feedback',
      type: 'macro',
      macro: 'close',
      apiKey: 'jira',
    };
    externalListeners.push(ExternalListener.parse({ ...planned, feedbackType: 'ideas' }));
  });
  await project.report({ severity: 'Low', platforms: ['Web'] });
  const { asAdministrator } = admin(engines, `${project.project}/explain`);
  const ask = async (of: string) => await asAdministrator('GET', `/projects/${project.project}${of}`);
  return { ...project, ask };
}

describe('a ticket is explained', () => {
  test('for a saved filter, condition by condition', async ({ engines }) => {
    const { ask } = await explained(engines);
    expect(await ask('/tickets/BUG-0001/explain?filter=critical')).toMatchObject({
      status: 200,
      json: {
        matches: false,
        says: 'The ticket does not match filter "critical"',
        conditions: {
          all: [
            {
              field: 'severity',
              op: 'equals',
              value: 'Critical',
              actual: 'Low',
              matches: false,
              says: 'Severity is Low, and Critical is wanted',
            },
            { says: 'Status is New, not Closed', matches: true },
          ],
          matches: false,
        },
      },
    });
    expect((await ask('/tickets/BUG-0001/explain?filter=ideas-only')).json).toEqual({
      matches: false,
      says: 'Filter "ideas-only" is for tickets of type "ideas"',
    });
  });

  test('for the filter of a listener, whether it has one or not', async ({ engines }) => {
    const { ask } = await explained(engines);
    expect((await ask('/tickets/BUG-0001/explain?listener=iosclosed')).json).toMatchObject({
      matches: false,
      conditions: { any: [{ says: 'Platforms is Web, and it has to contain iOS' }] },
    });
    expect((await ask('/tickets/BUG-0001/explain?listener=jiraclosed')).json).toEqual({
      matches: true,
      says: 'There is no filter: every record passes',
    });
    expect((await ask('/tickets/BUG-0001/explain?listener=planned')).json).toEqual({
      matches: false,
      says: 'Listener "planned" is for tickets of type "ideas", and this one is of type "issues"',
    });
  });

  test('for one automation, or for all of them where nothing is asked for', async ({ engines }) => {
    const { ask } = await explained(engines);
    const one = await ask('/tickets/BUG-0001/explain?automation=escalate');
    expect(one.json).toMatchObject({
      automations: [
        {
          automation: 'escalate',
          macro: 'tell-slack',
          matches: false,
          reasons: expect.arrayContaining([
            expect.objectContaining({ check: 'enabled', passes: true }),
            expect.objectContaining({ check: 'filter', passes: false, filter: expect.anything() }),
          ]),
        },
      ],
    });
    const all = await ask('/tickets/BUG-0001/explain');
    expect(Object(all.json).automations).toMatchObject([
      { automation: 'escalate', matches: false },
      { automation: 'thank-again', matches: false },
    ]);
    expect(all.text).toContain('Macro \\"thank\\" is for members, and this is a ticket');
  });

  test('for conditions that come with the call', async ({ engines }) => {
    const { ask } = await explained(engines);
    const where = encodeURIComponent('{"not":{"field":"Jira ID","op":"isNotEmpty"}}');
    expect((await ask(`/tickets/BUG-0001/explain?where=${where}`)).json).toMatchObject({
      matches: true,
      says: 'The ticket matches the conditions',
      conditions: { not: { says: 'Jira ID is empty, and a value is wanted', matches: false }, matches: true },
    });
  });

  test('to whoever may read it, and to nobody else', async ({ engines }) => {
    const { project } = await explained(engines);
    const { as } = admin(engines, `${project}/readers`);
    const path = `/projects/${project}/tickets/BUG-0001/explain`;
    expect((await as(personClaims('ada@example.com'))('GET', path)).status).toBe(200);
    expect((await as(personClaims('jim@example.com'))('GET', path)).status).toBe(404);
  });
});

describe('a member is explained', () => {
  test('for a filter over members, and for automations', async ({ engines }) => {
    const { ask } = await explained(engines);
    expect((await ask('/members/JIM@example.com/explain?filter=keen')).json).toMatchObject({
      matches: false,
      conditions: { says: 'Score is 0, and more than 9 is wanted' },
    });
    expect((await ask('/members/jim@example.com/explain?automation=thank-again')).json).toMatchObject({
      automations: [{ automation: 'thank-again', matches: true }],
    });
    expect((await ask('/members/jim@example.com/explain?listener=thanks')).json).toMatchObject({ matches: true });
  });
});

describe('an explanation is refused', () => {
  test.for<[what: string, query: string, parameter: string, allowed: string[]]>([
    ['of a filter that does not exist', 'filter=urgent', 'filter', ['critical', 'ios-only', 'ideas-only']],
    ['of a filter over members', 'filter=keen', 'filter', ['critical', 'ios-only', 'ideas-only']],
    ['of an automation that does not exist', 'automation=x', 'automation', ['escalate', 'thank-again']],
    ['of a listener for members', 'listener=thanks', 'listener', expect.arrayContaining(['iosclosed', 'devnote'])],
    ['of an empty name', 'filter=', 'filter', ['critical', 'ios-only', 'ideas-only']],
  ])('with what exists: %s', async ([_what, query, parameter, allowed], { engines }) => {
    const { ask } = await explained(engines);
    const { status, json } = await ask(`/tickets/BUG-0001/explain?${query}`);
    expect([status, Object(json).errors]).toEqual([
      400,
      [{ parameter, code: 'invalid_choice', message: expect.stringMatching(/^There is no such /), allowed }],
    ]);
  });

  test.for<[what: string, where: string, errors: object[]]>([
    ['that is no JSON', '{"all":', [{ code: 'invalid_text' }]],
    ['that is no condition', '[]', [{ code: 'invalid_type', message: expect.stringContaining('{"all": […]}') }]],
    ['of endless nesting', `${'{"not":'.repeat(60)}{"all":[]}${'}'.repeat(60)}`, [{ code: 'invalid_text' }]],
    [
      'with several problems',
      '{"all":[{"field":"sevrity","op":"isEmpty"},{"field":"severity","op":"equals","value":"Hi"}]}',
      [
        { code: 'invalid_choice', message: expect.stringMatching(/^all\[0\]\.field: .*did you mean "severity"\?$/) },
        {
          code: 'invalid_choice',
          message: expect.stringMatching(/^all\[1\]\.value: .*\(Low, Medium, High, Critical\)$/),
        },
      ],
    ],
  ])('for a where %s', async ([_what, where, errors], { engines }) => {
    const { ask } = await explained(engines);
    const { status, json } = await ask(`/tickets/BUG-0001/explain?where=${encodeURIComponent(where)}`);
    expect(status).toBe(400);
    expect(Object(json).errors).toMatchObject(errors.map((error) => ({ parameter: 'where', ...error })));
  });

  test('where two things are asked for, or the record does not exist', async ({ engines }) => {
    const { ask } = await explained(engines);
    const both = await ask('/tickets/BUG-0001/explain?filter=critical&automation=escalate');
    expect(both).toMatchObject({ status: 400, json: { errors: [{ parameter: 'automation', code: 'not_allowed' }] } });
    expect((await ask('/tickets/BUG-0002/explain')).status).toBe(404);
    expect((await ask('/tickets/nothing/explain?filter=urgent')).status).toBe(404);
    expect((await ask('/members/nobody@example.com/explain')).status).toBe(404);
    expect((await ask('/members/nobody/explain')).status).toBe(404);
  });
});

test('an explanation of more automations than an answer holds says how many are left', async ({ engines }) => {
  const many = Array.from({ length: 250 }, (_, place) => ({ ...escalate, key: `escalate-${place}`, enabled: false }));
  const { report, get } = await projectWith(engines, [], many);
  await report({});
  const { automations, more } = await get('/tickets/BUG-0001/explain');
  expect([automations.length, more]).toEqual([200, 50]);
});

test('conditions that are too many for an answer are left out, and what they come to is not', async ({ engines }) => {
  const where = { any: new Array(9_000).fill({ field: 'description', op: 'equals', value: 'other' }) };
  const { report, get } = await projectWith(engines, [], [{ ...escalate, filter: 'long' }], ({ filters }) => {
    filters.push(Filter.parse({ key: 'long', name: 'Long', target: 'ticket', where }));
  });
  await report({ description: '\u{1f98a}'.repeat(500) });
  expect(await get('/tickets/BUG-0001/explain?filter=long')).toEqual({
    matches: false,
    says: 'The ticket does not match filter "long"',
  });
  const { automations } = await get('/tickets/BUG-0001/explain');
  expect(automations[0].reasons.at(-1)).toEqual({
    check: 'filter',
    passes: false,
    says: 'The ticket does not match filter "long"',
  });
});

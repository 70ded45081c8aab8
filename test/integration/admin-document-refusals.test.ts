import { describe, expect } from 'vitest';
import { admin } from '../admin.ts';
import { applyDocument, openProject, yaml } from '../documents.ts';
import { test } from '../engines.ts';
import { seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

describe('a document that cannot apply', () => {
  test('is refused with every problem at its path, and changes nothing', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const { headers } = await applyDocument(asAdministrator, path, document);
    const wrong = document
      .replace(
        'state: { team: beta-support, workflow: default, status: New }',
        'state: { team: beta-support, workflow: default, status: Nwe }',
      )
      .replace('apiKey: web', 'apiKey: webb')
      .replace('((Occurrences))', '((Ocurrences))');
    expect(await applyDocument(asAdministrator, path, wrong, headers.etag)).toMatchObject({
      status: 400,
      json: {
        status: 400,
        description: 'The document has 3 problems: nothing was changed.',
        errors: expect.arrayContaining([
          {
            parameter: 'externalSources[0].state.status',
            code: 'unknown_status',
            message: expect.stringContaining(
              '"Nwe" is not a status of workflow "default" (New, Open, Logged to Jira, Closed)',
            ),
          },
          {
            parameter: 'externalSources[1].apiKey',
            code: 'invalid_choice',
            message: expect.stringContaining('"webb"'),
          },
          {
            parameter: 'macros[1].actions[0].body',
            code: 'invalid_text',
            message: expect.stringContaining('Ocurrences'),
          },
        ]),
      },
    });
    expect((await asAdministrator('GET', path)).headers.etag).toBe(headers.etag);
  });

  test.for([
    ['{"project": ', { 'content-type': 'application/json' }, 400],
    ['a: [', yaml, 400],
    ['', {}, 400],
    ['[]', {}, 400],
    ['null', {}, 400],
    ['{}', {}, 400],
    ['project: { key: other, name: Other }', yaml, 400],
    ['project: x', { 'content-type': 'text/plain' }, 415],
    [' '.repeat(1_048_577), {}, 413],
  ] as const)('such as %j answers a well-formed refusal', async ([body, headers, status], { engines }) => {
    const { key, path } = await openProject(engines);
    const answer = await admin(engines, key).asAdministrator('PUT', path, { body, headers });
    expect(answer).toMatchObject({ status, json: { status, description: expect.any(String) } });
  });

  test('because tickets hold what it removes says how many, and applies when forced', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const { headers } = await applyDocument(asAdministrator, path, document);
    const seeded = { ...(await seedProject(engines.table)), project: key };
    const { send } = receiver(engines, seeded, fixedClock());
    await send({ summary: 'One' });
    await send({ summary: 'Two' });
    const without = document
      .replace('          - { key: New, team: beta-support }\n', '')
      .replace('workflow: default, status: New }', 'workflow: default, status: Open }')
      .replace('"To Do": New', '"To Do": Open');
    const refused = await applyDocument(asAdministrator, path, without, headers.etag);
    expect(refused).toMatchObject({
      status: 409,
      json: {
        status: 409,
        description: expect.stringContaining('2 tickets still hold'),
        errors: [
          {
            parameter: 'feedbackTypes[issues].workflows[default].statuses[New]',
            message: '2 tickets are in this status.',
          },
        ],
      },
    });
    const small = { project: { key, name: 'Small' } };
    expect(await applyDocument(asAdministrator, path, small, headers.etag)).toMatchObject({
      status: 409,
      json: { errors: [{ parameter: 'feedbackTypes[issues]', message: '2 tickets are of this type.' }] },
    });
    const forced = await applyDocument(asAdministrator, `${path}?force=true`, without, headers.etag);
    expect(forced).toMatchObject({ status: 200, json: { version: 2 } });
  });

  test('because it gives an id prefix to another feedback type is refused for ever', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await applyDocument(asAdministrator, path, document);
    await applyDocument(asAdministrator, path, { project: { key, name: 'Small' } }, '*');
    const type = {
      key: 'bugs',
      name: 'Bug',
      idPrefix: 'BUG',
      workflows: [{ key: 'd', name: 'D', statuses: [{ key: 'New', team: 't' }] }],
    };
    const reuse = { project: { key, name: 'Small' }, teams: [{ key: 't', name: 'T' }], feedbackTypes: [type] };
    expect(await applyDocument(asAdministrator, path, reuse, '*')).toMatchObject({
      status: 400,
      json: { errors: [{ parameter: 'feedbackTypes[0].idPrefix', code: 'duplicate_choice' }] },
    });
  });
});

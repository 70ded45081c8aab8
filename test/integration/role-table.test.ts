import { expect } from 'vitest';
import { type Route, routes } from '../../functions/routes.ts';
import { type AdminCaller, admin, personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { seedProject } from '../project.ts';

const introduction = `# Who may do what

Every route of the admin API, and which roles it takes: as it answered each of them. A person's role comes from their member record in the
project or a group of their sign-in (\`roles\` in \`lib/settings.ts\`), an administrator's from a group, a machine's from its scope. To whom a project is no business it does not
exist (\`404\`); whoever may not do something in it is told \`403\`. This page is printed by \`test/integration/role-table.test.ts\`
(\`npx vitest run --project integration role-table -u\`).

| route | administrator | project-manager | support | observer | nobody |
| --- | --- | --- | --- | --- | --- |
`;

/** What may be changed by those who do not manage a project: docs/http.md says no more of them. */
const triage = ['change-ticket', 'comment-on-ticket', 'comment-on-member'];
const running = ['start-run', 'confirm-run', 'cancel-run', 'resume-run', 'retry-run'];
const askingOnly = ['preview-template'];

const machine = (role: string) => ({ token_use: 'access', client_id: 'machine', scope: `feedbridge/${role}` });

test('a table of routes and roles is printed from what each of them is answered, with no route missing', async ({
  engines,
}) => {
  const { project } = await seedProject(engines.table, ({ members }) => {
    members.push({ email: 'olga@example.com', name: 'Olga', teams: [], role: 'observer' });
  });
  const { as, asAdministrator } = admin(engines, `${project}/roles`);
  const callers: [string, AdminCaller, AdminCaller?][] = [
    ['administrator', asAdministrator, as(machine('administrator'))],
    ['project-manager', as(personClaims('pm@example.com')), as(machine('project-manager'))],
    ['support', as(personClaims('ada@example.com')), as(machine('support'))],
    ['observer', as(personClaims('olga@example.com')), as(machine('observer'))],
    ['nobody', as(personClaims('eve@example.com'))],
  ];
  const rows: string[] = [];
  const writable: Record<string, string[]> = {};
  const authorised = Object.entries<Route>(routes).filter(([, route]) => route.authorised);
  for (const [name, { method, path }] of authorised) {
    // Nothing of this is there, and no body is sent: whoever may ask is told so, and nothing changes.
    const asked = path
      .replace('/admin/v1', '')
      .replace('{project}', project)
      .replace(/\{[a-z]+\}/g, 'none');
    const cells: string[] = [];
    for (const [role, person, program] of callers) {
      const answers = [person, ...(program === undefined ? [] : [program])].map((call) => call(method, asked));
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      const may = statuses.map(
        (status) => status !== 403 && !(role === 'nobody' && path.includes('{project}') && status === 404),
      );
      expect(new Set(may).size, `${name} answers a person and a machine of the role ${role} alike`).toBe(1);
      expect(Math.max(...statuses), name).toBeLessThan(500);
      cells.push(may[0] === true ? 'yes' : '');
      if (method !== 'GET' && may[0] === true) writable[role] = [...(writable[role] ?? []), name];
    }
    rows.push(`| \`${method} ${path.replace('/admin/v1', '')}\` | ${cells.join(' | ')} |`);
  }
  const below = Object.entries<Route>(routes).filter(([, { path }]) => path.startsWith('/admin/'));
  expect(
    below.map(([name]) => name),
    'what is below /admin asks for a token',
  ).toEqual(authorised.map(([name]) => name));
  expect(rows).toHaveLength(authorised.length);
  expect(writable.support?.toSorted()).toEqual([...triage, ...running, ...askingOnly].toSorted());
  expect(writable.observer).toEqual(askingOnly);
  expect(writable.nobody).toBeUndefined();
  await expect(`${introduction}${rows.join('\n')}\n`).toMatchFileSnapshot('../../docs/roles.md');
});

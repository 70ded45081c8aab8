import fc from 'fast-check';
import { type Route, type RouteName, routes } from '../../functions/routes.ts';
import { jsonBody, largeReport, strangeBody, yamlBody } from './fuzz-bodies.ts';
import type { Surroundings } from './fuzz-surroundings.ts';
import { target } from './fuzz-targets.ts';
import { headerText, mostly, words } from './fuzz-values.ts';

/** A request as it goes over the wire; `caller` are the claims of the token that it carries, if it carries one. */
export type FuzzRequest = {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: Buffer;
  caller: Readonly<Record<string, unknown>> | undefined;
};

const reports = {
  appcrashlog: {
    ...{ summary: 'It crashed', description: 'On start', severity: 'Critical', platforms: ['iOS'], frustration: 3 },
    ...{ occurrences: 7, crashedAt: '2026-11-21', device: { os: { version: '19.1' } }, submitter: 'jim@example.com' },
  },
  webform: { title: 'An idea', text: 'In detail', email: 'jim@example.com', state: 'New' },
};

/** Something for every listener of the example. */
const event = {
  ...{ issue: { key: 'APO-1', fields: { status: { name: 'Done' } } }, comment: { body: 'Fixed' } },
  ...{ sessions: 12, device: { lastSeen: '2026-11-21T09:00:00Z' }, pro: true },
};

const members =
  'email,name,teams,role,app-usage.sessions\njim@example.com,"Jim, again",testers;beta-support,observer,3\n';
const csvCells = fc.oneof(
  fc.constantFrom(...words('email name teams jim@example.com testers " "" ; , .')),
  fc.string(),
);
const csvBody = fc
  .array(fc.array(csvCells, { maxLength: 6 }), { maxLength: 6 })
  .map((lines) => Buffer.from(lines.map((cells) => cells.join(',')).join('\n')));
const person = {
  name: 'Odd',
  teams: ['testers'],
  role: 'observer',
  score: 3,
  external: { 'app-usage': { sessions: 3 } },
};

const people = words('pm@example.com ada@example.com jim@example.com root@example.com').map((email) => {
  return { email, email_verified: true };
});
const administrators = [{ groups: ['administrators'] }, { 'cognito:groups': ['others', 'administrators'] }].map(
  (groups) => ({ token_use: 'id', email: 'root@example.com', email_verified: true, ...groups }),
);
const machines = words('administrator project-manager support observer nobody').map((role) => {
  return { token_use: 'access', scope: `feedbridge/${role}` };
});
const oddClaims = fc.dictionary(
  fc.constantFrom('email', 'email_verified', 'groups', 'cognito:groups', 'scope', 'scp', 'token_use', 'sub'),
  fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>('id', true, 'root@example.com', ['administrators'])),
);

const otherMethods = words('GET POST PUT PATCH DELETE HEAD OPTIONS TRACE PROPFIND REPORT');
const oddTypes = [
  ...words(
    'application/yaml application/merge-patch+json application/JSON;charset=latin1 text/plain +json a/+json ; ,',
  ),
  ...['', 'text/yaml; charset=utf-16', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'],
];
const headerNames = words('accept origin if-none-match cookie x-forwarded-for x-api-key authorization x-odd range');

/** Requests to every route, more or less as they should be. */
export function fuzzRequest(surroundings: Surroundings): fc.Arbitrary<FuzzRequest> {
  const names: RouteName[] = Object.entries(routes).flatMap(([name]) => (isRouteName(name) ? [name] : []));
  return fc.oneof(
    { weight: 6, arbitrary: requestTo('receive-feedback', surroundings) },
    { weight: 4, arbitrary: requestTo('put-document', surroundings) },
    { weight: 2, arbitrary: requestTo('fire-feedback-listener', surroundings) },
    { weight: 2, arbitrary: requestTo('fire-user-listener', surroundings) },
    { weight: 16, arbitrary: fc.constantFrom(...names).chain((name) => requestTo(name, surroundings)) },
  );
}

function isRouteName(name: string): name is RouteName {
  return Object.hasOwn(routes, name);
}

function requestTo(name: RouteName, surroundings: Surroundings): fc.Arbitrary<FuzzRequest> {
  const route: Route = routes[name];
  return fc.constantFrom<keyof typeof reports>('appcrashlog', 'webform').chain((source) =>
    fc.record({
      method: mostly(14, fc.constant(route.method), fc.constantFrom(...otherMethods)),
      target: target(route, source, surroundings),
      headers: headers(name, source, surroundings),
      body: mostly(6, body(name, source, surroundings), strangeBody),
      caller: caller(),
    }),
  );
}

function headers(name: RouteName, source: keyof typeof reports, surroundings: Surroundings) {
  const { keys, etag } = surroundings;
  const sourceKey = source === 'webform' ? keys.web : keys.mobile;
  const key = name.startsWith('fire-feedback') ? keys.jira : sourceKey;
  const takesKeys = name.startsWith('receive-') || name.startsWith('fire-') || name.endsWith('-feedback');
  const oddKeys = [keys.mobile, keys.web, `mobile-${'0'.repeat(43)}`, 'mobile', '-', `${key}x`, key.toUpperCase()];
  const keyHeader = mostly(
    16,
    fc.constantFrom<[string, string]>(['x-api-key', key], ['authorization', `Bearer ${key}`]),
    fc.constantFrom(...oddKeys).map((odd): [string, string] => ['x-api-key', odd]),
  );
  const typeHeader = mostly(7, fc.constant('application/json'), fc.oneof(fc.constantFrom(...oddTypes), headerText)).map(
    (type): [string, string] => ['content-type', type],
  );
  const onceHeader = fc
    .oneof(fc.constantFrom('one', 'two', 'three', '', 'x'.repeat(255), 'x'.repeat(256)), headerText)
    .map((once): [string, string] => ['idempotency-key', once]);
  const matchHeader = mostly(6, fc.constantFrom('*', '*', '*', '*', '*', etag), headerText).map(
    (tag): [string, string] => ['if-match', tag],
  );
  const any = fc.tuple(fc.constantFrom(...headerNames), headerText);
  const mayHave = (weight: number, header: fc.Arbitrary<[string, string]>) =>
    mostly(
      weight,
      header.map((given) => [given]),
      fc.constant([]),
    );
  return fc
    .tuple(
      takesKeys ? mayHave(30, keyHeader) : fc.constant([]),
      mayHave(
        9,
        name === 'import-members' || name === 'put-import-piece'
          ? fc.constant<[string, string]>(['content-type', 'text/csv'])
          : typeHeader,
      ),
      takesKeys ? mayHave(0.5, onceHeader) : fc.constant([]),
      mayHave(
        ['put-document', 'change-ticket', 'change-member', 'correct-quarantined'].includes(name) ? 15 : 0.1,
        matchHeader,
      ),
      mayHave(0.3, any),
    )
    .map((given) => given.flat());
}

function body(name: RouteName, source: keyof typeof reports, { document, ids }: Surroundings): fc.Arbitrary<Buffer> {
  switch (name) {
    case 'receive-feedback':
      return mostly(12, jsonBody(reports[source]), largeReport(reports[source]));
    case 'receive-batch':
      return jsonBody({ reports: [reports[source], reports[source]] }, 2);
    case 'fire-feedback-listener':
    case 'fire-feedback-listener-by-put':
    case 'fire-user-listener':
    case 'fire-user-listener-by-put':
      return jsonBody(event, 2);
    case 'put-document':
      return mostly(2, jsonBody(document, 2), yamlBody(document, 2));
    case 'copy-project':
      return jsonBody({ key: 'odd-copy', name: 'Odd', members: true }, 2);
    case 'delete-project':
      return jsonBody({ key: 'odd-copy' }, 2);
    case 'put-secret':
      return jsonBody({ value: 'c2VjcmV0', hosts: ['example.com', 'api.example.com:8443'] }, 2);
    case 'create-api-key':
      return jsonBody({ prefix: 'odd', name: 'Odd' }, 2);
    case 'change-feedback':
      return jsonBody(reports[source], 2);
    case 'change-ticket':
      return jsonBody({ state: { status: 'Open' }, fields: { severity: 'High' }, external: { jira: { id: 7 } } }, 2);
    case 'comment-on-feedback':
      return jsonBody({ text: 'Seen' }, 2);
    case 'comment-on-ticket':
    case 'comment-on-member':
      return jsonBody({ text: 'Seen', visibility: 'public' }, 2);
    case 'add-member':
      return jsonBody({ email: 'odd@example.com', ...person }, 2);
    case 'import-members':
    case 'put-import-piece':
      return mostly(4, fc.constant(Buffer.from(members)), csvBody);
    case 'change-member':
      return jsonBody(person, 2);
    case 'start-run':
      return jsonBody({ tickets: [ids.ticket, 'BUG-9999'] }, 2);
    case 'correct-quarantined':
      return jsonBody({ body: reports[source] }, 2);
    case 'replay-quarantine':
      return jsonBody({ source, dryRun: true }, 2);
    case 'test-macro':
      return jsonBody({ ticket: ids.ticket, action: 'webhook-1', send: true }, 2);
    case 'preview-template':
      return jsonBody({ template: '{"a": ((Summary | date: "yyyy"))}', context: 'json', ticket: ids.ticket }, 2);
    default:
      return mostly(5, fc.constant(Buffer.alloc(0)), jsonBody({}, 2));
  }
}

function caller(): fc.Arbitrary<FuzzRequest['caller']> {
  return fc.oneof(
    { weight: 16, arbitrary: fc.constantFrom(...administrators) },
    { weight: 2, arbitrary: fc.constantFrom(...people) },
    { weight: 2, arbitrary: fc.constantFrom(...machines) },
    { weight: 1, arbitrary: oddClaims },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

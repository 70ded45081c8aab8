import fc from 'fast-check';
import { writeWayOut } from '../../core/notifications/way-out.ts';
import type { Route } from '../../functions/routes.ts';
import { testKeys } from '../admin.ts';
import type { Surroundings } from './fuzz-surroundings.ts';
import { mostly, text, words } from './fuzz-values.ts';

const oddSegments = [
  ...words('. .. % %zz %00 %2e%2e %2F %252F %c0%80 %ed%a0%80 %F0%9F%A6%8A %E2%80%AE a%20b %23'),
  ...words("{project} __proto__ constructor nowhere ' ;a=b ~ *"),
  ...['', 'x'.repeat(64), 'x'.repeat(3_000)],
];
const oddTargets = words('/ // * /api /api/v1 /admin/v1 /admin/v1/ /% /%zz /\u00e9 /? /?% /..');
const wayOut = writeWayOut(testKeys.wayOut, { project: 'nowhere', email: 'jim@example.com' });
const limits = [...words('0 1 2 200 201 -1 1.5 1e1 0x10 ten Infinity'), '', ' 7', '9'.repeat(400)];

/** The target of a request to a route: its path with known and odd values, sometimes bent, and a query. */
export function target(route: Route, source: string, surroundings: Surroundings): fc.Arbitrary<string> {
  return fc.tuple(path(route, source, surroundings), query(surroundings)).map((parts) => parts.join(''));
}

function path(route: Route, source: string, surroundings: Surroundings): fc.Arbitrary<string> {
  const { project, changing, ids } = surroundings;
  const known: Record<string, string[]> = {
    // What is archived must not be what all others are asked about: it is a copy.
    project:
      route.path.endsWith('archive') || (route.method === 'DELETE' && route.path.endsWith('{project}'))
        ? ['odd-copy']
        : route.method === 'PUT'
          ? [changing]
          : [project, project, project, changing, changing, changing],
    source: [source],
    listener: ['jirastatus', 'jiraclosed', 'iosclosed', 'devnote', 'appusage', 'thanks', 'nothing'],
    macro: ['tell-slack', 'send-to-jira', 'close', 'thank', 'nothing'],
    name: ['jira', 'slack-webhook-url', 'odd'],
    prefix: ['odd', 'other'],
    file: ['swagger-ui.css', 'initializer.js', 'nothing.js'],
    ticket: [ids.ticket, 'BUG-9999'],
    email: ['jim@example.com', 'nobody@example.com'],
    run: [ids.run],
    import: [ids.run],
    piece: ['1', '20', '21'],
    delivery: [ids.delivery],
    version: ['1', '2', '9'],
    submission: [ids.submission],
  };
  const segments = route.path.split('/').map((segment) => {
    const values = known[segment.slice(1, -1)];
    if (!segment.startsWith('{') || values === undefined) return fc.constant(segment);
    return mostly(18, fc.constantFrom(...values), oddSegment);
  });
  const whole = fc.tuple(...segments).map((parts) => parts.join('/'));
  const bent = fc
    .tuple(whole, fc.constantFrom('/', '//', '/x', '/..', '%', '%2F', ';x'), fc.boolean())
    .map(([given, odd, isFirst]) => (isFirst ? `/${odd}${given}` : given + odd));
  return fc.oneof(
    { weight: 24, arbitrary: whole },
    { weight: 1, arbitrary: bent },
    { weight: 1, arbitrary: fc.constantFrom(...oddTargets) },
  );
}

const oddSegment = fc.oneof(fc.constantFrom(...oddSegments), text.map(percentEncoded));

function query({ cursors }: Surroundings): fc.Arbitrary<string> {
  const of = (name: string, ...values: string[]) =>
    mostly(3, fc.constantFrom(...values), text).map((value) => `${name}=${percentEncoded(value)}`);
  const pair = fc.oneof(
    of('limit', ...limits),
    of('cursor', ...cursors, ...cursors.map((cursor) => `${cursor.slice(0, -2)}AA`), 'AAAA'),
    of('order', 'asc', 'desc', 'DESC'),
    of('feedbackType', 'issues', 'ideas', 'nothing'),
    of('target', 'feedback', 'member'),
    of('outcome', 'pending', 'delivered', 'sent'),
    of('ticket', 'BUG-0001'),
    of('member', 'jim@example.com', 'JIM@EXAMPLE.COM'),
    of('macro', 'tell-slack'),
    of('action', 'webhook-1'),
    of('source', 'appcrashlog', 'nothing'),
    of('state', 'waiting', 'replayed', 'lost'),
    of('dryRun', 'true', 'false', '1'),
    of('force', 'true', 'false'),
    of('members', 'true', 'false'),
    of('filter', 'critical', '{"all":[]}'),
    of('where', '{"all":[]}', '{"field":"severity","op":"in","value":["Low"]}', '{"not":{"field":"x","op":"changed"}}'),
    of('team', 'testers', 'nothing'),
    of('role', 'support', 'nothing'),
    of('automation', 'escalate'),
    of('listener', 'iosclosed', 'thanks'),
    of(
      'find',
      'BUG-0001',
      'bug-0001',
      'jim@example.com',
      'jim+x@example.com',
      'APO-1',
      '$%7Bissue.key%7D',
      'x'.repeat(2_048),
    ),
    of('apiKey', 'mobile-x'),
    of('c', wayOut, wayOut, `${wayOut.slice(0, -2)}AA`, 'AAAA'),
    of('on', 'true', 'false', 'maybe'),
    fc.tuple(text, text).map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`),
    fc.constantFrom('%', '%zz=%zz', '&&', '=', 'limit', 'limit=1&limit=2', '+', '%ed%a0%80=1', '__proto__=1', '?'),
  );
  return fc.array(pair, { maxLength: 3 }).map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`));
}

function percentEncoded(given: string): string {
  return encodeURIComponent(given.toWellFormed());
}

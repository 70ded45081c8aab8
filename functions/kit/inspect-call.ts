import { createHash } from 'node:crypto';
import { countInspected, putInspected } from '../../adapters/dynamodb/keep-call.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import { seal } from '../../adapters/secrets/vault.ts';
import {
  type InspectedKind,
  inspectedName,
  maxInspectedBytes,
  ringSize,
  withoutKey,
} from '../../core/inspector/bounds.ts';
import type { InspectedCall } from '../../core/inspector/inspected-call.ts';
import type { CallFacts } from './activity-log.ts';
import type { HttpRequest } from './http.ts';
import type { Opening } from './open-endpoint.ts';

/** Within so many milliseconds an instance keeps no more calls of an endpoint than are kept at all. */
const windowMs = 10_000;

/** What inspecting calls needs. */
type CallInspection = { table: Table; loadKeys: LoadKeys; now: () => number; newId: () => string };

/** Keeps a call with what it came to; again where that has changed. */
type KeepCall = (facts: CallFacts) => Promise<void>;

/** The endpoint that a call asked for, opened or not, and of which kind the inspector takes it. */
type CalledEndpoint = { project: string; kind: InspectedKind; opening: Opening<{ key: string }> };

/**
 * Makes what keeps the calls of endpoints that somebody inspects; undefined for all others, which cost nothing. Bodies are
 * sealed as secrets are: what is in them is masked for whoever looks at them.
 */
export function callInspector({ table, loadKeys, now, newId }: CallInspection) {
  const windows = new Map<string, { since: number; calls: number }>();

  /** Whether there is room for another call, so that a busy endpoint writes no more than anybody could look at. */
  function takeRoom(id: string, at: number): boolean {
    const known = windows.get(id);
    const window = known !== undefined && at - known.since < windowMs ? known : { since: at, calls: 0 };
    if (window.calls >= ringSize) return false;
    windows.set(id, { ...window, calls: window.calls + 1 });
    return true;
  }

  return (request: HttpRequest, { project, kind, opening }: CalledEndpoint): KeepCall | undefined => {
    if (opening.outcome === 'refused') return undefined;
    const name = inspectedName(kind, opening.endpoint.key);
    const until = opening.configuration.pointer.inspected?.[name];
    const at = now();
    if (until === undefined || Date.parse(until) <= at || !takeRoom(`${project}/${name}`, at)) return undefined;
    let numbered: Promise<number> | undefined;
    return async (facts) => {
      numbered ??= countInspected(table, { project, name }, at);
      const [number, { vault }] = await Promise.all([numbered, loadKeys()]);
      const text = JSON.stringify(describeCall(request, facts, at));
      // An id is chance enough for a nonce: 119 bits, of which 96 are left.
      const nonce = (size: number) => createHash('sha256').update(newId()).digest().subarray(0, size);
      const sealed = seal(text, { project, name: `inspector/${name}` }, vault, nonce);
      await putInspected(table, { project, name }, { number, sealed, now: at });
    };
  };
}

function describeCall(request: HttpRequest, { status, outcome, reason, ticket }: CallFacts, at: number): InspectedCall {
  const { id, method, rawQuery, headers, body } = request;
  const contentType = headers['content-type'];
  return {
    ...{ at: new Date(at).toISOString(), requestId: id, method, query: withoutKey(rawQuery) },
    ...(contentType === undefined ? {} : { contentType: contentType.slice(0, 200) }),
    ...{ status, outcome },
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticket }),
    bytes: body.byteLength,
    body: Buffer.from(body.subarray(0, maxInspectedBytes)).toString('base64'),
  };
}

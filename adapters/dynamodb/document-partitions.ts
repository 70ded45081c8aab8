import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { endpointId } from '../../core/deliveries/message.ts';
import { ProjectDocument } from '../../core/document/schema.ts';
import { inspectedName } from '../../core/inspector/bounds.ts';
import { actionKey } from '../../core/macros/apply-macro.ts';
import {
  automationRunKey,
  endpointKey,
  endpointRateKey,
  inspectedCountKey,
  keptCountKey,
  projectKey,
  rateKey,
  timetableKey,
} from './keys.ts';
import { readAll } from './read-all.ts';
import type { Table } from './table.ts';

const Part = z.looseObject({ sk: z.string(), bytes: z.instanceof(Uint8Array) });

/** Yields the documents that a project has and had, as far as they are whole; one that is undefined at least. */
export async function* readDocuments(table: Table, project: string): AsyncGenerator<unknown> {
  const items = await readAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :documents)',
    ExpressionAttributeValues: { ':pk': projectKey(project).pk, ':documents': 'DOC#' },
    ConsistentRead: true,
  });
  const parts = items.map((item) => Part.parse(item));
  yield undefined;
  for (const some of Map.groupBy(parts, ({ sk }) => sk.slice(0, sk.lastIndexOf('#'))).values()) {
    yield readParts(some);
  }
}

/** A version of which a part has expired is on its way out. */
function readParts(parts: readonly z.infer<typeof Part>[]): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.concat(parts.map(({ bytes }) => bytes))).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The partitions that no list names, and that follow from what a document of a project has or had. */
export function partitionsOfDocument(project: string, stored: unknown): string[] {
  const always = [timetableKey(project).pk];
  const read = ProjectDocument.safeParse(stored);
  if (!read.success) return always;
  const { externalSources, externalListeners, automations, macros } = read.data;
  const webhooks = macros.flatMap((macro) =>
    macro.actions.flatMap((action, place) =>
      action.kind === 'webhook' ? [endpointId({ project, macro: macro.key, action: actionKey(action, place) })] : [],
    ),
  );
  return [
    ...always,
    ...externalSources.flatMap(({ key }) => [
      keptCountKey(project, key, '').pk,
      inspectedCountKey(project, inspectedName('sources', key)).pk,
      endpointRateKey({ project, what: 'source', key }).pk,
    ]),
    ...externalListeners.flatMap(({ key }) => [
      inspectedCountKey(project, inspectedName('listeners', key)).pk,
      endpointRateKey({ project, what: 'listener', key }).pk,
    ]),
    ...automations.map(({ key }) => automationRunKey(project, key, '', '').pk),
    ...webhooks.flatMap((endpoint) => [endpointKey(endpoint).pk, rateKey(endpoint).pk]),
  ];
}

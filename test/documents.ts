import { readFileSync } from 'node:fs';
import type { AdminAnswer, AdminCaller } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { seedKeys } from './project.ts';

const example = readFileSync('examples/apollo.yaml', 'utf8');
let projects = 0;

/** The headers of a document in YAML. */
export const yaml = { 'content-type': 'application/yaml' };

/** A project key of a test's own, and the example as a document for it; the API keys that it names exist. */
export async function openProject({ table }: TestEngines): Promise<{ key: string; path: string; document: string }> {
  await seedKeys(table);
  projects += 1;
  const key = `doc${process.pid}-${projects}`;
  return { key, path: `/projects/${key}/document`, document: example.replace('key: apollo', `key: ${key}`) };
}

/** Applies a document, a text as YAML and anything else as JSON. */
export async function applyDocument(
  call: AdminCaller,
  path: string,
  document: string | object,
  etag?: string,
): Promise<AdminAnswer> {
  const headers = {
    ...(typeof document === 'string' ? yaml : {}),
    ...(etag === undefined ? {} : { 'if-match': etag }),
  };
  return await call('PUT', path, { headers, body: document });
}

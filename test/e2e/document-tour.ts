import type { StackCalls } from './stack-calls.ts';

/** Looks at what the project was before, and makes another one of it. */
export async function lookBack({ call }: StackCalls): Promise<void> {
  await call(200, 'list-document-versions', { query: '?limit=1' });
  await call(200, 'get-document-version', { path: { version: '1' } });
  await call(200, 'compare-document-versions', { path: { version: '2' }, query: '?against=1' });
  const body = { key: 'apollo-2', name: 'Apollo 2', members: true };
  await call(201, 'copy-project', { body });
  await call(409, 'copy-project', { body });
  await call(200, 'show-snippets', { path: { source: 'appcrashlog' } });
  await call(200, 'show-postman');
  await call(200, 'list-project-audit', { query: '?limit=1' });
  await call(200, 'list-audit', { query: '?limit=1' });
}

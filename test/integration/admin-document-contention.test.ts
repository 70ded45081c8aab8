import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { documentPartKey } from '../../adapters/dynamodb/keys.ts';
import { findProject } from '../../adapters/dynamodb/projects.ts';
import { admin } from '../admin.ts';
import { applyDocument, openProject } from '../documents.ts';
import { test } from '../engines.ts';
import { hideCommit } from '../faults.ts';
import { throttle } from '../throttles.ts';

describe('a document that meets a busy table', () => {
  const emails = Array.from({ length: 205 }, (_, place) => `member-${place}@example.com`);

  test('is applied once the table is free, and says every change', async ({ engines }) => {
    const { key, path } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    let calls = 0;
    const undo = throttle(engines.table, (command) => {
      if (!command.startsWith('TransactWrite')) return false;
      calls += 1;
      return calls === 2 || calls === 4;
    });
    const document = { project: { key, name: 'Large' }, members: emails.map((email) => ({ email })) };
    const answer = await applyDocument(asAdministrator, path, document);
    undo();
    expect(answer).toMatchObject({ status: 200, json: { version: 1 } });
    const paths = Object(answer.json)
      .changes.map(Object)
      .map((change: Record<string, string>) => change.path);
    expect(paths).toEqual(expect.arrayContaining(emails.map((email) => `members[${email}]`)));
  });

  test('is applied, and stays, where the answer to that was contention', async ({ engines }) => {
    const { key, path } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    await applyDocument(asAdministrator, path, { project: { key, name: 'First' } });
    const undo = hideCommit(engines.table);
    const second = await applyDocument(asAdministrator, path, { project: { key, name: 'Second' } }, '*');
    undo();
    expect(second).toMatchObject({ status: 200, json: { version: 2 } });
    const pointer = await findProject(engines.table, key);
    const part = documentPartKey(key, pointer?.document ?? '', 0);
    const { Item } = await engines.table.client.send(new GetCommand({ TableName: engines.table.name, Key: part }));
    expect(Item).toBeDefined();
    expect(Item).not.toHaveProperty('expiresAt');
  });

  test('after its first members is refused with what is true, and can be repeated', async ({ engines }) => {
    const { key, path } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const document = { project: { key, name: 'Large' }, members: emails.map((email) => ({ email })) };
    const undo = throttle(
      engines.table,
      (command, input) => command.startsWith('TransactWrite') && input.includes('member-204@'),
    );
    expect(await applyDocument(asAdministrator, path, document)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
      json: {
        status: 503,
        description:
          'Too much is going on at once: the document was not applied, but some of its members may be stored. Repeat the call shortly: that is safe.',
      },
    });
    undo();
    expect((await asAdministrator('GET', path)).status).toBe(404);
    expect(await applyDocument(asAdministrator, path, document)).toMatchObject({ status: 200, json: { version: 1 } });
  });
});

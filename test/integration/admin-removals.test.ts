import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { ticketItem } from '../../adapters/dynamodb/tickets.ts';
import { admin } from '../admin.ts';
import { applyDocument, openProject } from '../documents.ts';
import { type TestEngines, test } from '../engines.ts';

const statusPath = 'feedbackTypes[issues].workflows[default].statuses[New]';

/** A project whose document is applied, and the same document without the status `New`. */
async function projectWithoutNew(engines: TestEngines) {
  const { key, path, document } = await openProject(engines);
  const { asAdministrator } = admin(engines, key);
  await applyDocument(asAdministrator, path, document);
  const without = document
    .replace('          - { key: New, team: beta-support }\n', '')
    .replace('workflow: default, status: New }', 'workflow: default, status: Open }')
    .replace('"To Do": New', '"To Do": Open');
  const apply = async (query = '') => await applyDocument(asAdministrator, `${path}${query}`, without, '*');
  return { key, apply };
}

/** Stores issues with these statuses, 25 at a time as DynamoDB takes them. */
async function storeTickets({ client, name }: Table, project: string, statuses: readonly string[]): Promise<void> {
  const at = '2026-11-21T09:00:00.000Z';
  const puts = statuses.map((status, place) => ({
    PutRequest: {
      Item: ticketItem(
        {
          id: `BUG-${place + 1}`,
          project,
          feedbackType: 'issues',
          version: 1,
          state: { team: 'beta-support', workflow: 'default', status },
          submitter: 'jim@example.com',
          fields: {},
          external: {},
          origin: { kind: 'source' },
          createdAt: at,
          updatedAt: at,
        },
        place + 1,
      ),
    },
  }));
  for (let start = 0; start < puts.length; start += 25) {
    await client.send(new BatchWriteCommand({ RequestItems: { [name]: puts.slice(start, start + 25) } }));
  }
}

/** Makes each page of a list hold one entry, as pages of a long list hold few of its entries. */
function shortenPages({ client }: Table): { pages: () => number; undo: () => void } {
  let pages = 0;
  client.middlewareStack.add(
    (next) => async (call) => {
      if (!JSON.stringify(call.input).includes('#TICKETS#')) return await next(call);
      pages += 1;
      return await next({ ...call, input: { ...call.input, Limit: 1 } });
    },
    { step: 'initialize', name: 'shortPages', priority: 'low' },
  );
  return {
    pages: () => pages,
    undo: () => {
      client.middlewareStack.remove('shortPages');
    },
  };
}

describe('a document that takes away what very many tickets may hold', () => {
  test('is refused at the first thousand', async ({ engines }) => {
    const { key, apply } = await projectWithoutNew(engines);
    await storeTickets(
      engines.table,
      key,
      Array.from({ length: 1_010 }, () => 'New'),
    );
    expect(await apply()).toMatchObject({
      status: 409,
      json: {
        description: expect.stringContaining('removes what at least 1000 tickets still hold:'),
        errors: [{ parameter: statusPath, message: 'At least 1000 tickets are in this status.' }],
      },
    });
  });

  test('is refused where a hundred pages say nothing, and applies when forced', async ({ engines }) => {
    const { key, apply } = await projectWithoutNew(engines);
    await storeTickets(engines.table, key, [...Array.from({ length: 104 }, () => 'Open'), 'New']);
    const { pages, undo } = shortenPages(engines.table);
    const refused = await apply();
    undo();
    expect(refused).toMatchObject({
      status: 409,
      json: {
        description:
          'There are too many tickets to check whether any still holds what the document removes: ?force=true applies it all the same.',
        errors: [{ parameter: 'feedbackTypes[issues]', message: 'Not all tickets of this type could be checked.' }],
      },
    });
    expect(pages()).toBe(100);
    expect(await apply('?force=true')).toMatchObject({ status: 200, json: { version: 2 } });
  });

  test('is refused with the least count of what a hundred pages say', async ({ engines }) => {
    const { key, apply } = await projectWithoutNew(engines);
    await storeTickets(engines.table, key, ['New', ...Array.from({ length: 104 }, () => 'Open')]);
    const { undo } = shortenPages(engines.table);
    const refused = await apply();
    undo();
    expect(refused).toMatchObject({
      status: 409,
      json: {
        description: expect.stringContaining('removes what at least 1 ticket still holds:'),
        errors: [{ parameter: statusPath, message: 'At least 1 ticket is in this status.' }],
      },
    });
  });
});

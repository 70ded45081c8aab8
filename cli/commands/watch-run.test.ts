import { expect, test } from 'vitest';
import type { Session } from '../session.ts';
import { openTerminal } from '../terminal.ts';
import { watchRun } from './watch-run.ts';

const counted = { id: 'R1', state: 'counted', total: 3, done: 0, failed: 0, skipped: 0 } as const;

test('a run that was counted and not agreed to is cancelled, and has a message and an end of its own', async () => {
  const [asked, said]: [string[], string[]] = [[], []];
  const terminal = openTerminal(true, new AbortController().signal);
  const session: Session = {
    terminal: { ...terminal, emit: () => {}, say: (line) => said.push(line) },
    project: async () => 'apollo',
    client: {
      origin: 'http://127.0.0.1',
      call: async () => await Promise.reject(new Error('nothing is called so')),
      read: async (schema, { method = 'GET', path }) => {
        asked.push(`${method} ${path}`);
        return schema.parse({ ...counted, state: 'cancelled' });
      },
    },
  };
  const watched = watchRun(session, counted, { project: 'apollo', ask: async () => false });
  await expect(watched).rejects.toMatchObject({ kind: 'declined', message: 'Nothing was begun.' });
  expect(asked).toEqual(['POST /admin/v1/projects/apollo/runs/R1/cancel']);
  expect(said).toEqual([]);
});

import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import type { Table } from '../adapters/dynamodb/table.ts';
import type { Queue } from '../adapters/sqs/queue.ts';

/** Makes the next transactions fail as DynamoDB fails them while others write the same items; what it returns undoes it. */
export function injectConflicts(table: Table, count: number): () => void {
  let left = count;
  const name = 'injectedConflicts';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName?.startsWith('TransactWrite') !== true || left === 0) return await next(call);
      left -= 1;
      throw new TransactionCanceledException({
        message: 'injected',
        $metadata: {},
        CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
      });
    },
    { step: 'initialize', name, priority: 'low' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

/** Makes the next write of a kind be carried out twice, as the SDK does where the first answer is lost on the way. */
export function loseAnswer(table: Table, kind: 'Put' | 'Update' | 'TransactWrite'): () => void {
  let left = 1;
  const name = 'lostAnswer';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName?.startsWith(kind) !== true || left === 0) return await next(call);
      left -= 1;
      await next({ ...call, input: structuredClone(call.input) });
      return await next(call);
    },
    { step: 'initialize', name, priority: 'high' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

/** Makes every transaction be carried out twice, as the SDK does where the first answer is lost on the way. */
export function loseEveryAnswer(table: Table): () => void {
  const name = 'lostAnswers';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName?.startsWith('TransactWrite')) {
        await next({ ...call, input: structuredClone(call.input) }).catch(() => undefined);
      }
      return await next(call);
    },
    { step: 'initialize', name, priority: 'high' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

/** Makes the next transaction be carried out although its answer says that it is still in progress. */
export function hideCommit(table: Table): () => void {
  let left = 1;
  const name = 'hiddenCommit';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName?.startsWith('TransactWrite') !== true || left === 0) return await next(call);
      left -= 1;
      await next({ ...call, input: structuredClone(call.input) });
      throw new TransactionInProgressException({ message: 'injected', $metadata: {} });
    },
    { step: 'initialize', name, priority: 'low' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

/** Makes the next transaction, or the one after so many more, fail for a reason that nobody foresaw. */
export function breakTransaction(table: Table, passing = 0): () => void {
  let left = passing + 1;
  const name = 'brokenTransaction';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName?.startsWith('TransactWrite') !== true || left === 0) return await next(call);
      left -= 1;
      if (left > 0) return await next(call);
      throw new Error('injected');
    },
    { step: 'initialize', name, priority: 'low' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

/** Makes the process be gone from its nth write on: that write is done or not as `isDone` says, and no call answers any more. */
export function dieAtWrite(table: Table, nth: number, { isDone }: { isDone: boolean }): () => void {
  let writes = 0;
  const name = 'deadProcess';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      const isWrite = /^(Put|Update|TransactWrite)/.test(context.commandName ?? '');
      if (isWrite) writes += 1;
      if (writes < nth) return await next(call);
      if (isWrite && writes === nth && isDone) await next(call);
      throw new Error('the process is gone');
    },
    { step: 'initialize', name, priority: 'low' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

/** Makes a queue take no messages, as where it cannot be reached; what it returns undoes it. */
export function refuseMessages({ client, url }: Queue): () => void {
  const name = `refused-${url}`;
  client.middlewareStack.add(
    (next, context) => async (call) => {
      if (Object(call.input).QueueUrl !== url || context.commandName !== 'SendMessageBatchCommand') {
        return await next(call);
      }
      throw new Error('the queue cannot be reached');
    },
    { step: 'initialize', name },
  );
  return () => {
    client.middlewareStack.remove(name);
  };
}

/** Makes the next read of several items leave all but the first of them unread, as DynamoDB does where it is busy. */
export function leaveUnprocessed(table: Table): () => void {
  let left = 1;
  const name = 'unprocessedKeys';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      const Keys: unknown[] = Object(call.input).RequestItems?.[table.name]?.Keys ?? [];
      if (!context.commandName?.startsWith('BatchGet') || left === 0 || Keys.length < 2) return await next(call);
      left -= 1;
      const RequestItems = { [table.name]: { ...Object(call.input).RequestItems[table.name], Keys: Keys.slice(0, 1) } };
      const answer = await next({ ...call, input: { RequestItems } });
      Object(answer.output).UnprocessedKeys = { [table.name]: { Keys: Keys.slice(1) } };
      return answer;
    },
    { step: 'initialize', name, priority: 'low' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

/** Has something happen right before the next transaction, after what it was decided from was read. */
export function interposeOnce(table: Table, happen: () => Promise<unknown>): () => void {
  let left = 1;
  const name = 'interposed';
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName?.startsWith('TransactWrite') !== true || left === 0) return await next(call);
      left -= 1;
      await happen();
      return await next(call);
    },
    { step: 'initialize', name, priority: 'low' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

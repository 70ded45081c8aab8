import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { Table } from '../adapters/dynamodb/table.ts';

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

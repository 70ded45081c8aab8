import { ThrottlingException } from '@aws-sdk/client-dynamodb';
import type { Table } from '../adapters/dynamodb/table.ts';

let throttles = 0;

/** Makes the calls that `fits` picks, by command and input as JSON, fail as DynamoDB throttles; what it returns undoes it. */
export function throttle(table: Table, fits: (command: string, input: string) => boolean): () => void {
  throttles += 1;
  const name = `throttle${throttles}`;
  table.client.middlewareStack.add(
    (next, context) => async (call) => {
      if (!fits(context.commandName ?? '', JSON.stringify(call.input))) return await next(call);
      throw new ThrottlingException({ message: 'injected', $metadata: {} });
    },
    { step: 'initialize', name, priority: 'low' },
  );
  return () => {
    table.client.middlewareStack.remove(name);
  };
}

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

const IndexUnits = z.record(z.string(), z.looseObject({ CapacityUnits: z.number() }));
const ConsumedCapacity = z.looseObject({
  CapacityUnits: z.number().optional(),
  Table: z.looseObject({ CapacityUnits: z.number().optional() }).optional(),
  GlobalSecondaryIndexes: IndexUnits.optional(),
});
const MeteredOutput = z.looseObject({
  ConsumedCapacity: z.union([ConsumedCapacity, z.array(ConsumedCapacity)]).optional(),
});

/** What a unit of work has consumed so far: calls made, and capacity units read and written, those of indexes apart. */
type Consumption = {
  calls: number;
  operations: string[];
  readUnits: number;
  tableWriteUnits: number;
  indexWriteUnits: number;
};

/** Counts what a client consumes; one instance of a function handles one event at a time, so one meter serves it. */
export type Meter = {
  /** Returns what was consumed since the last reading, and begins anew. */
  read(): Consumption;
  /** Makes a client report to this meter. */
  attach(client: DynamoDBClient): void;
};

/** Makes a meter; every call then asks DynamoDB to return its consumed capacity per index. */
export function createMeter(): Meter {
  let consumed = nothing();
  return {
    read() {
      const reading = consumed;
      consumed = nothing();
      return reading;
    },
    attach(client) {
      client.middlewareStack.add(
        (next, context) => async (call) => {
          Object.assign(call.input, { ReturnConsumedCapacity: 'INDEXES' });
          consumed.calls += 1;
          consumed.operations.push((context.commandName ?? 'Unknown').replace(/Command$/, ''));
          const result = await next(call);
          const parsed = MeteredOutput.safeParse(result.output);
          if (parsed.success) add(consumed, parsed.data.ConsumedCapacity, readCommands.has(context.commandName ?? ''));
          return result;
        },
        { step: 'initialize', name: 'consumptionMeter' },
      );
    },
  };
}

const readCommands = new Set(['GetItemCommand', 'BatchGetItemCommand', 'QueryCommand']);

function nothing(): Consumption {
  return { calls: 0, operations: [], readUnits: 0, tableWriteUnits: 0, indexWriteUnits: 0 };
}

function add(
  consumed: Consumption,
  capacity: z.infer<typeof MeteredOutput>['ConsumedCapacity'],
  isRead: boolean,
): void {
  for (const part of capacity === undefined ? [] : [capacity].flat()) {
    const indexes = Object.values(part.GlobalSecondaryIndexes ?? {}).reduce(
      (sum, index) => sum + index.CapacityUnits,
      0,
    );
    const table = part.Table?.CapacityUnits ?? (part.CapacityUnits ?? 0) - indexes;
    if (isRead) {
      consumed.readUnits += table + indexes;
    } else {
      consumed.tableWriteUnits += table;
      consumed.indexWriteUnits += indexes;
    }
  }
}

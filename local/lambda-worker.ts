import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { type WorkerReply, WorkerStart, WorkRequest } from './lambda-messages.ts';

// The inside of one function instance: loads the bundle once, then handles one event at a time, as Lambda does.

type Handler = (event: unknown, context: object) => unknown;

const { module, exportName, functionName, functionArn, memoryMb } = WorkerStart.parse(workerData);
const Bundle = z.looseObject({ [exportName]: z.custom<Handler>((value) => typeof value === 'function') });
const loaded: unknown = await import(module);
const handler = Bundle.parse(loaded)[exportName];
const port = parentPort;
if (port === null || handler === undefined) throw new Error(`${module} exports no function '${exportName}'.`);

port.on('message', async (message: unknown) => {
  const { event, requestId, deadline } = WorkRequest.parse(message);
  port.postMessage(await handle(handler, JSON.parse(event), contextOf(requestId, deadline)));
});

async function handle(run: Handler, event: unknown, context: object): Promise<WorkerReply> {
  try {
    return { outcome: 'answered', payload: JSON.stringify((await run(event, context)) ?? null) };
  } catch (error) {
    return { outcome: 'threw', error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function contextOf(awsRequestId: string, deadline: number): object {
  return {
    awsRequestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memoryMb),
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

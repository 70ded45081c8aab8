import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { writeAssembly } from './fake-assembly.ts';
import { bundles, ownReceiver, resourcesWith } from './fake-functions.ts';
import { startStack } from './stack.ts';
import type { Stack, StackOptions } from './stack-options.ts';

/** Writes the assembly of {@link resourcesWith} for this test. */
export function assemblyFor(receiver: object | string = ownReceiver): string {
  const folder = writeAssembly(resourcesWith(receiver), bundles);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Starts a stack in this process that stops with the test. */
export async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startStack({ assemblyDir: assemblyFor(), seeded: false, ...options });
  onTestFinished(stack.stop);
  return stack;
}

/** A stack in a process of its own, which can be killed. */
export async function startElsewhere(options: { assemblyDir: string; dataDir: string }) {
  const source = `import { startStack } from '${new URL('./stack.ts', import.meta.url).href}';
    const { origin } = await startStack({ ...${JSON.stringify(options)}, seeded: false });
    console.log(origin);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [origin] = await once(createInterface({ input: child.stdout }), 'line');
  return { origin: z.string().parse(origin), process: child };
}

/** A server outside of every stack that collects the keys that functions send to it. */
export async function startServer() {
  const keys = new Set<string>();
  const server = createServer(async (request, response) => {
    for (const key of z.array(z.string()).parse(await json(request))) keys.add(key);
    response.end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { origin: `http://127.0.0.1:${port}`, keys };
}

/** Processes that name a folder in their command line and have not ended. */
export function processesOn(folder: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(folder) && !line.startsWith('Z'));
}

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-stack-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Calls an engine through the function that is a door to it. */
function engineCall({ origin }: { origin: string }) {
  return async (service: string, target: string, input: object) => {
    const response = await fetch(`${origin}/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ service, target, input }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${target}: ${response.status} ${text}`);
    return JSON.parse(text || '{}');
  };
}

const Items = z.object({ items: z.array(z.object({ body: z.string() })) });

/** What the functions sent to the stack's own receiver, below a path. */
export async function received({ origin }: Stack, path: string): Promise<string[]> {
  const response = await fetch(`${origin}/receiver?path=/receiver/${path}`, {
    headers: { accept: 'application/json' },
  });
  return Items.parse(await response.json()).items.flatMap(({ body }) => z.array(z.string()).parse(JSON.parse(body)));
}

/** Sends to a queue and looks into it. */
export function queue(stack: Stack, name: string) {
  const sqs = engineCall(stack);
  const QueueUrl = `http://127.0.0.1/000000000000/${name}`;
  const Received = z.object({ Messages: z.array(z.object({ Body: z.string() })).default([]) });
  return {
    send: (MessageBody: string) => sqs('SQS', 'AmazonSQS.SendMessage', { QueueUrl, MessageBody }),
    bodies: async () =>
      Received.parse(await sqs('SQS', 'AmazonSQS.ReceiveMessage', { QueueUrl })).Messages.map(({ Body }) => Body),
  };
}

/** Puts an item into the table. */
export function put(stack: { origin: string }, pk: string, type = 'wanted') {
  const Item = { pk: { S: pk }, type: { S: type } };
  return engineCall(stack)('DYNAMODB', 'DynamoDB_20120810.PutItem', { TableName: 'Table', Item });
}

/** How long to wait for what happens elsewhere. */
export const patience = { timeout: 8000, interval: 20 };

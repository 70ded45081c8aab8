import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { type AwsCall, readAwsCalls } from './aws-calls.ts';

type Environment = Readonly<Record<string, string>>;

/** Stands between one function and the engines: passes everything on and keeps which calls were made. */
export type RecordingProxy = {
  calls: readonly AwsCall[];
  /** The requests that it could not pass on or make sense of. */
  faults: readonly string[];
  /** A function's environment with this proxy in place of every engine. */
  redirect(environment: Environment): Record<string, string>;
  stop(): Promise<void>;
};

const Address = z.object({ port: z.number() });

/** Starts a proxy on a free port. */
export async function startRecordingProxy(): Promise<RecordingProxy> {
  const calls: AwsCall[] = [];
  const faults: string[] = [];
  let engines: Environment = {};
  const server = createServer((request, response) => {
    pass(request, engines, calls).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => {
        faults.push(String(error));
        response.destroy();
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${Address.parse(server.address()).port}`;
  return {
    calls,
    faults,
    redirect(environment) {
      engines = environment;
      const origins = Object.values(services).map((variable) => environment[variable]);
      return Object.fromEntries(
        Object.entries(environment).map(([name, value]) => {
          // The queues' URLs lie in variables of their own.
          const engine = origins.find((candidate) => candidate !== undefined && isBelow(value, candidate));
          return [name, engine === undefined ? value : origin + value.slice(engine.length)];
        }),
      );
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The variable with the engine's address for each service, by how the service's `x-amz-target` begins; SES and S3 send none. */
const services = {
  DynamoDB: 'AWS_ENDPOINT_URL_DYNAMODB',
  AmazonSQS: 'AWS_ENDPOINT_URL_SQS',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  '/v2/email/': 'AWS_ENDPOINT_URL_SESV2',
  '': 'AWS_ENDPOINT_URL_S3',
} as const;

function isBelow(value: string, origin: string): boolean {
  return value === origin || value.startsWith(`${origin}/`);
}

async function pass(request: IncomingMessage, engines: Environment, calls: AwsCall[]) {
  const { method = '', url: path = '', headers } = request;
  const body = await buffer(request);
  const target = headers['x-amz-target']?.toString();
  calls.push(...readAwsCalls({ method, path, target, body }));
  const service = Object.entries(services).find(([begin]) => (target ?? path).startsWith(begin));
  const engine = service === undefined ? undefined : engines[service[1]];
  if (engine === undefined) throw new Error(`there is no engine for ${target ?? path}`);
  const passed = send(new URL(path, engine), { method, headers }).end(body);
  const [answer]: IncomingMessage[] = await once(passed, 'response');
  if (answer === undefined) throw new Error(`${engine} did not answer`);
  return { status: answer.statusCode ?? 500, headers: answer.headers, body: await buffer(answer) };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';

/** An answering stand-in for Secrets Manager: values are made once and kept. */
export type SecretsEngine = {
  endpoint: string;
  /** Whether there was none at the start. */
  wereEmpty: boolean;
  /** Keeps a secret under its ARN, made by `create` unless there is one already. */
  addOnce: (arn: string, create: () => string) => void;
  stop: () => Promise<void>;
};

const Values = z.record(z.string(), z.string());
const GetSecretValue = z.object({ SecretId: z.string() });

/** Starts it on a free port of 127.0.0.1, with the values in a file that only its owner may read or, without one, in memory. */
export async function startSecretsEngine(file?: string, port = 0): Promise<SecretsEngine> {
  const values = new Map(Object.entries((file && readJson(file, Values)) || {}));
  const wereEmpty = values.size === 0;
  const server = createServer((request, response) => {
    answer(request, response, values).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    wereEmpty,
    addOnce: (arn, create) => {
      if (values.has(arn)) return;
      values.set(arn, create());
      if (file !== undefined) writeJson(file, Object.fromEntries(values));
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, values: Map<string, string>): Promise<void> {
  const action = String(request.headers['x-amz-target'] ?? '').split('.')[1];
  const body = await text(request);
  const reply = (status: number, content: object) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content));
  };
  if (action !== 'GetSecretValue') {
    reply(400, { __type: 'UnknownOperationException', message: `The local stack knows no '${action}' for secrets.` });
    return;
  }
  const { SecretId } = GetSecretValue.parse(JSON.parse(body));
  const value = values.get(SecretId);
  if (value === undefined) {
    reply(400, { __type: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." });
    return;
  }
  const Name = SecretId.split(':')
    .at(-1)
    ?.replace(/-[A-Za-z0-9]{6}$/, '');
  reply(200, { ARN: SecretId, Name, SecretString: value, VersionId: 'local', VersionStages: ['AWSCURRENT'] });
}

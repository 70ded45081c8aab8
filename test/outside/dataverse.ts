import * as z from 'zod';
import { type ReceivingServer, startReceivingServer } from '../receiving-server.ts';
import { answerJson, credentialsOf, mediaTypeOf, readJson } from './persona.ts';

const Row = z.record(z.string(), z.unknown());

/** A Dataverse with its accounts, by their ids. */
export type Dataverse = ReceivingServer & { accounts: Map<string, Record<string, unknown>> };

/**
 * Starts a Dataverse as its Web API 9.2 behaves: a new row is answered with **204 and no body**; its id is only in the header
 * `OData-EntityId`, in brackets at the end of the row's URL.
 */
export async function startDataverse(token: string): Promise<Dataverse> {
  const accounts: Dataverse['accounts'] = new Map();
  const server: ReceivingServer = await startReceivingServer((response, _place, request) => {
    const row = Row.safeParse(readJson(request));
    if (credentialsOf(request, 'Bearer') !== token) response.writeHead(401).end();
    else if (request.method !== 'POST' || request.path !== '/api/data/v9.2/accounts') response.writeHead(404).end();
    else if (!row.success || mediaTypeOf(request) !== 'application/json') {
      answerJson(response, 400, {
        error: { code: '0x80048d19', message: 'Error identified in Payload provided by the user' },
      });
    } else {
      const id = `7eb682f1-ca75-e511-80d4-${String(accounts.size + 1).padStart(12, '0')}`;
      accounts.set(id, row.data);
      const entity = `${server.origin}/api/data/v9.2/accounts(${id})`;
      response.writeHead(204, { 'OData-Version': '4.0', 'OData-EntityId': entity }).end();
    }
  });
  return { ...server, accounts };
}

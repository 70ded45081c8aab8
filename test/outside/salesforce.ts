import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Received, type ReceivingServer, startReceivingServer } from '../receiving-server.ts';
import { answerJson, credentialsOf, mediaTypeOf, readJson } from './persona.ts';

const Row = z.record(z.string(), z.unknown());

/** The client that may ask for tokens. */
export type SalesforceClient = { id: string; secret: string };

/** A Salesforce with its cases, by their external ids. */
export type Salesforce = ReceivingServer & {
  cases: Map<string, Record<string, unknown>>;
  /** How many tokens it has given out. */
  issued: () => number;
  /** Ends every session: tokens that are out get 401 from now on. */
  endSessions: () => void;
};

/**
 * Starts a Salesforce as its REST API behaves: the token endpoint takes the client credentials as a form and answers without
 * `expires_in`; an upsert by external id (`PATCH …/sobjects/Case/BetaId__c/{value}`) answers 201 with `created: true`, then 200; the external
 * id may not be in the body as well; an ended session gets 401 and an array with `INVALID_SESSION_ID`.
 */
export async function startSalesforce(client: SalesforceClient): Promise<Salesforce> {
  const cases: Salesforce['cases'] = new Map();
  const live = new Set<string>();
  let issued = 0;
  const server: ReceivingServer = await startReceivingServer((response, _place, request) => {
    const externalId = /^\/services\/data\/v\d+\.0\/sobjects\/Case\/BetaId__c\/([^/?]+)$/.exec(request.path)?.[1];
    if (request.method === 'POST' && request.path === '/services/oauth2/token') giveToken(response, request);
    else if (!live.has(credentialsOf(request, 'Bearer') ?? '')) {
      fail(response, 401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    } else if (request.method === 'PATCH' && externalId !== undefined) {
      upsert(response, request, decodeURIComponent(externalId));
    } else fail(response, 404, 'NOT_FOUND', 'The requested resource does not exist');
  });

  function giveToken(response: ServerResponse, request: Received): void {
    const form = new URLSearchParams(request.body);
    if (
      mediaTypeOf(request) !== 'application/x-www-form-urlencoded' ||
      form.get('grant_type') !== 'client_credentials'
    ) {
      answerJson(response, 400, { error: 'unsupported_grant_type', error_description: 'grant type not supported' });
    } else if (form.get('client_id') !== client.id || form.get('client_secret') !== client.secret) {
      answerJson(response, 400, { error: 'invalid_grant', error_description: 'authentication failure' });
    } else {
      issued += 1;
      const access_token = `00Dxx0000001gPL!token-number-${issued}`;
      live.add(access_token);
      answerJson(response, 200, {
        access_token,
        signature: 'SSSbLO/gBhmmyNUvN18ODBDFYHzakxOMgqYtu+hDPsc=',
        token_format: 'opaque',
        instance_url: server.origin,
        id: `${server.origin}/id/00Dxx0000001gPLEAY/005xx000001Sv6AAAS`,
        token_type: 'Bearer',
        issued_at: '1278448101416',
      });
    }
  }

  function upsert(response: ServerResponse, request: Received, externalId: string): void {
    const row = Row.safeParse(readJson(request));
    if (!row.success || mediaTypeOf(request) !== 'application/json') {
      fail(response, 400, 'JSON_PARSER_ERROR', 'Unexpected character');
      return;
    }
    if ('BetaId__c' in row.data) {
      fail(response, 400, 'INVALID_FIELD', 'The BetaId__c field should not be specified in the sobject data.');
      return;
    }
    const known = cases.get(externalId);
    const id = known?.Id ?? `5008d00000AbCd${String(cases.size).padStart(4, '0')}`;
    cases.set(externalId, { ...known, ...row.data, Id: id });
    const created = known === undefined;
    const headers = { 'Sforce-Limit-Info': 'api-usage=25/105000' };
    answerJson(response, created ? 201 : 200, { id, success: true, errors: [], created }, headers);
  }

  return { ...server, cases, issued: () => issued, endSessions: () => live.clear() };
}

function fail(response: ServerResponse, status: number, errorCode: string, message: string): void {
  answerJson(response, status, [{ message, errorCode }]);
}

import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Received, type ReceivingServer, startReceivingServer } from '../receiving-server.ts';
import { answerJson, readJson } from './persona.ts';

const Wrapped = z.object({ defect: z.record(z.string(), z.unknown()) });
const common = { _rallyAPIMajor: '2', _rallyAPIMinor: '0' };
/** ObjectIDs are larger than 2^31. */
const firstId = 838_568_308_171;

/** A Rally with its defects, by ObjectID. */
export type Rally = ReceivingServer & { defects: Map<number, Record<string, unknown>> };

/**
 * Starts a Rally as its WSAPI 2.0 behaves: the API key is in the header `ZSESSIONID`; a create answers with `CreateResult`, an
 * update with `OperationResult`, and what is wrong with a defect with **200** and its texts in `Errors`. A bad key gets 401 and HTML.
 */
export async function startRally(apiKey: string): Promise<Rally> {
  const defects: Rally['defects'] = new Map();
  const server: ReceivingServer = await startReceivingServer((response, _place, request) => {
    const [, place] = /^\/slm\/webservice\/v2\.0\/defect\/(create|\d+)(?:\?.*)?$/.exec(request.path) ?? [];
    if (request.headers.zsessionid !== apiKey) {
      response.writeHead(401, { 'Content-Type': 'text/html' });
      response.end('<html>Error 401 The username or password you entered is incorrect.</html>');
    } else if (place === 'create') create(response, request);
    else update(response, request, Number(place));
  });

  function create(response: ServerResponse, request: Received): void {
    const wrapped = Wrapped.safeParse(readJson(request));
    const defect = wrapped.success ? wrapped.data.defect : {};
    const isNamed = typeof defect.Name === 'string' && defect.Name !== '';
    if (!isNamed) {
      const Errors = ['Validation error: Defect.Name should not be null'];
      answerJson(response, 200, { CreateResult: { ...common, Errors, Warnings: [], Object: null } });
      return;
    }
    const ObjectID = firstId + defects.size;
    defects.set(ObjectID, defect);
    const created = { _ref: refOf(ObjectID), ObjectID, FormattedID: `DE${342 + defects.size}`, _type: 'Defect' };
    answerJson(response, 200, { CreateResult: { ...common, Errors: [], Warnings: [], Object: created } });
  }

  function update(response: ServerResponse, request: Received, id: number): void {
    const defect = defects.get(id);
    const wrapped = Wrapped.safeParse(readJson(request));
    if (defect === undefined || !wrapped.success) {
      const Errors = ['Cannot find object to update'];
      answerJson(response, 200, { OperationResult: { ...common, Errors, Warnings: [], Object: null } });
      return;
    }
    Object.assign(defect, wrapped.data.defect);
    const result = { _ref: refOf(id), ObjectID: id };
    answerJson(response, 200, { OperationResult: { ...common, Errors: [], Warnings: [], Object: result } });
  }

  const refOf = (id: number) => `${server.origin}/slm/webservice/v2.0/defect/${id}`;

  return { ...server, defects };
}

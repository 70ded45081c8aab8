import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Received, type ReceivingServer, startReceivingServer } from '../receiving-server.ts';
import { answerJson, credentialsOf, mediaTypeOf, readJson } from './persona.ts';

const Patch = z.array(
  z.object({ op: z.enum(['add', 'replace', 'test', 'remove']), path: z.string(), value: z.unknown() }),
);

/** A work item: its revision counts the changes. */
type WorkItem = { id: number; rev: number; fields: Record<string, unknown> };

/** An Azure DevOps with its work items, by id. */
export type AzureDevops = ReceivingServer & { workItems: Map<number, WorkItem> };

/**
 * Starts an Azure DevOps as Services behaves in version 7.1: a work item is created by `POST …/workitems/$Bug` (the `$` is
 * literal, without it 404) and changed by `PATCH …/workitems/{id}`, both answered with 200. The body must be a JSON Patch array
 * of type `application/json-patch+json`; another type is refused as `VssRequestContentTypeNotSupportedException`. A bad token
 * gets 401 for PATCH, and for POST a sign-in page in HTML with 203, which looks like a success.
 */
export async function startAzureDevops(token: string): Promise<AzureDevops> {
  const workItems: AzureDevops['workItems'] = new Map();
  const server: ReceivingServer = await startReceivingServer((response, _place, request) => {
    const url = new URL(request.path, server.origin);
    const [, type, id] = /\/_apis\/wit\/workitems\/(?:\$([^/]+)|(\d+))$/.exec(url.pathname) ?? [];
    const isCreate = request.method === 'POST' && type !== undefined;
    const isUpdate = request.method === 'PATCH' && id !== undefined;
    if (!isCreate && !isUpdate) response.writeHead(404).end();
    else if (credentialsOf(request, 'Basic') !== btoa(`:${token}`)) turnAway(response, request);
    else if (url.searchParams.get('api-version') !== '7.1') {
      refuse(response, 'VssVersionNotSpecifiedException', 'No api-version was supplied for the request.');
    } else if (isCreate) create(response, request, decodeURIComponent(type));
    else change(response, request, workItems.get(Number(id)));
  });

  function create(response: ServerResponse, request: Received, type: string): void {
    const fields = takeFields(response, request);
    if (fields === undefined) return;
    if (typeof fields['System.Title'] !== 'string' || fields['System.Title'] === '') {
      const message = 'TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty.';
      const customProperties = {
        RuleValidationErrors: [{ fieldReferenceName: 'System.Title', errorMessage: message }],
      };
      refuse(response, 'RuleValidationException', message, { customProperties });
      return;
    }
    const id = 512 + workItems.size;
    const item = { id, rev: 1, fields: { 'System.WorkItemType': type, 'System.State': 'New', ...fields } };
    workItems.set(id, item);
    answerJson(response, 200, show(item));
  }

  function change(response: ServerResponse, request: Received, item: WorkItem | undefined): void {
    if (item === undefined) {
      answerJson(response, 404, failure('WorkItemUnauthorizedAccessException', 'TF401232: Work item does not exist.'));
      return;
    }
    const fields = takeFields(response, request);
    if (fields === undefined) return;
    Object.assign(item.fields, fields);
    item.rev += 1;
    answerJson(response, 200, show(item));
  }

  function show(item: WorkItem): unknown {
    const page = `${server.origin}/fabrikam/_workitems/edit/${item.id}`;
    const url = `${server.origin}/fabrikam/_apis/wit/workItems/${item.id}`;
    return { ...item, _links: { html: { href: page } }, url };
  }

  return { ...server, workItems };
}

/** The fields that a patch sets, or undefined once it has been refused. */
function takeFields(response: ServerResponse, request: Received): Record<string, unknown> | undefined {
  const type = mediaTypeOf(request);
  if (type !== 'application/json-patch+json') {
    const message = `The request indicated a Content-Type of "${type}" for method type "${request.method}" which is not supported. Valid content types for this method are: application/json-patch+json.`;
    refuse(response, 'VssRequestContentTypeNotSupportedException', message);
    return undefined;
  }
  const patch = Patch.safeParse(readJson(request));
  if (!patch.success) {
    const message = 'You must pass a valid patch document in the body of the request.';
    refuse(response, 'VssPropertyValidationException', message);
    return undefined;
  }
  const set = patch.data.filter(({ op, path }) => op !== 'test' && path.startsWith('/fields/'));
  return Object.fromEntries(set.map(({ path, value }) => [path.slice('/fields/'.length), value]));
}

function turnAway(response: ServerResponse, { method }: Received): void {
  if (method === 'PATCH') {
    const message = "TF400813: The user '' is not authorized to access this resource.";
    answerJson(response, 401, failure('UnauthorizedRequestException', message));
    return;
  }
  response.writeHead(203, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end('<!DOCTYPE html><html lang="en-US"><head><title>Azure DevOps Services | Sign In</title></head></html>');
}

function refuse(response: ServerResponse, typeKey: string, message: string, more: Record<string, unknown> = {}): void {
  answerJson(response, 400, { ...failure(typeKey, message), ...more });
}

function failure(typeKey: string, message: string): Record<string, unknown> {
  return { $id: '1', innerException: null, message, typeKey, errorCode: 0, eventId: 3000 };
}

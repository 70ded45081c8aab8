import middy, { type MiddlewareObj } from '@middy/core';
import { isContention } from '../../adapters/dynamodb/table.ts';
import { BucketBusy } from '../../adapters/s3/bucket-busy.ts';
import { type HttpReply, type HttpRequest, readRequest, refuse, refuseContended, toGatewayResult } from './http.ts';
import type { Observer } from './observer.ts';

/** What a handler of HTTP requests is: it loads, decides, stores and answers, and knows nothing of the gateway. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpReply>;

/** Wraps a handler for the gateway: one log line per request, and the one place where surprises become a 5xx. */
export function endpoint(observer: Observer, handle: HttpHandler) {
  return middy<HttpRequest, HttpReply>().use(gatewayForm(observer)).handler(handle);
}

function gatewayForm(observer: Observer): MiddlewareObj<HttpRequest> {
  let startedAt = 0;
  let facts: Record<string, unknown> = {};
  let headers: Record<string, string> = {};

  function finish(call: { event: HttpRequest; response: unknown }, reply: HttpReply): void {
    observer.line('request', {
      requestId: call.event.id,
      route: call.event.routeKey,
      status: reply.status,
      durationMs: Math.round(performance.now() - startedAt),
      ...facts,
      ...observer.consumed(),
    });
    call.response = toGatewayResult({ ...reply, headers: { ...headers, ...reply.headers } }, call.event.id);
  }

  return {
    before(call) {
      startedAt = performance.now();
      const noted: Record<string, unknown> = {};
      facts = noted;
      const added: Record<string, string> = {};
      headers = added;
      call.event = readRequest(call.event, {
        note: (more) => Object.assign(noted, more),
        alsoAnswer: (more) => Object.assign(added, more),
      });
    },
    after(call) {
      finish(call, call.response);
    },
    onError(call) {
      observer.fault('request failed', call.error, { requestId: call.event.id, route: call.event.routeKey, ...facts });
      finish(call, answerSurprise(call.error, call.event.id));
    },
  };
}

/** The answer to what nobody foresaw: 503 where trying again helps, and otherwise 500 with the request's id. */
export function answerSurprise(error: unknown, requestId: string): HttpReply {
  if (isContention(error) || error instanceof BucketBusy) {
    return refuseContended('Too much is going on at once. Try again shortly.');
  }
  return refuse(500, `Something failed on our side. Quote the request id ${requestId} when you report it.`);
}

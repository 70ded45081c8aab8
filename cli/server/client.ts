import { setTimeout as wait } from 'node:timers/promises';
import type * as z from 'zod';
import { Failure, messageOf } from '../failure.ts';
import type { TakeToken } from './keep-fresh.ts';
import { describeRefusal } from './refusal.ts';

/** Tries in all where the server is too busy to do what it was asked (429, 503), and the longest wait between two. */
const mostTries = 4;
const longestWaitMs = 20_000;

/** A call of the server; paths begin below its origin. */
export type Call = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  /** What is sent as it is, with a content type among the headers. */
  raw?: string | Uint8Array<ArrayBuffer>;
  /** Ends the call; without it, Ctrl-C does. */
  signal?: AbortSignal;
};

/** What the server answered. */
export type Answer = {
  status: number;
  etag: string | undefined;
  body: unknown;
  text: string;
  requestId: string | undefined;
  /** The server's clock, in epoch milliseconds of a whole second; undefined where it does not tell. */
  at: number | undefined;
};

/** Calls one server as somebody. */
export type Client = {
  origin: string;
  /** Calls, and takes any answer but "too busy". */
  call(call: Call): Promise<Answer>;
  /** Calls and reads a success; anything else is a Failure with what the server said. */
  read<Schema extends z.ZodType>(schema: Schema, call: Call): Promise<z.output<Schema>>;
};

/** Makes a client for an origin without a path. */
export function openClient(origin: string, token: TakeToken, interrupted: AbortSignal): Client {
  async function send(
    { method = 'GET', path, query = {}, headers = {}, json, raw, signal = interrupted }: Call,
    bearer: string,
  ): Promise<Response> {
    const url = new URL(path, origin);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    return await reach(url, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${bearer}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: raw ?? (json === undefined ? null : JSON.stringify(json)),
      signal,
    });
  }

  /** Calls once; again where the server does not take the token any more and there is another. */
  async function attempt(call: Call): Promise<Response> {
    const signal = call.signal ?? interrupted;
    const bearer = await token({ signal });
    const response = await send(call, bearer);
    if (response.status !== 401) return response;
    const other = await token({ signal, refused: bearer });
    if (other === bearer) return response;
    await response.body?.cancel();
    return await send(call, other);
  }

  async function patiently(call: Call): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      const response = await attempt(call);
      // Nothing was done: both answers say so (docs/http.md), so that any call may be repeated.
      if (![429, 503].includes(response.status) || tries === mostTries) return response;
      const afterMs = Number(response.headers.get('retry-after') ?? 1) * 1_000;
      if (!(afterMs <= longestWaitMs)) return response;
      await response.body?.cancel();
      await wait(afterMs, undefined, { signal: call.signal ?? interrupted });
    }
  }

  async function answer(call: Call): Promise<Answer> {
    const response = await patiently(call);
    const text = await response.text();
    const header = (name: string) => response.headers.get(name) ?? undefined;
    return {
      status: response.status,
      etag: header('etag'),
      text,
      body: parse(text),
      requestId: header('x-request-id'),
      at: readClock(header('date')),
    };
  }

  return {
    origin,
    call: answer,
    async read(schema, call) {
      const answered = await answer(call);
      if (answered.status >= 300) throw describeRefusal(answered, call);
      const read = schema.safeParse(answered.body);
      if (read.success) return read.data;
      const path = `${call.method ?? 'GET'} ${call.path}`;
      throw new Failure(
        'broken',
        `${origin} answered ${path} with something else than expected: is it a Feedbridge of this version?`,
      );
    },
  };
}

function readClock(date: string | undefined): number | undefined {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** Fetches, and says of a server that cannot be reached what to do. */
export async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new Failure('unreachable', `${url.origin} cannot be reached${cause === '' ? '' : ` (${cause})`}.`, {
      lines: ['Start one on this machine with `npm start`, or name another with --url or FEEDBRIDGE_URL.'],
      json: { description: `${url.origin} cannot be reached.` },
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

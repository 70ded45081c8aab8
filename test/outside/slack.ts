import * as z from 'zod';
import { type ReceivingServer, startReceivingServer } from '../receiving-server.ts';
import { mediaTypeOf, readJson } from './persona.ts';

const Message = z.object({ text: z.string().optional(), blocks: z.array(z.unknown()).optional() });

/** A Slack with what was posted. */
export type Slack = ReceivingServer & {
  /** The URL that is the credential. */
  webhookUrl: string;
  posted: string[];
  /** Answers the next request with 429 and a `Retry-After` of so many seconds. */
  limitOnce: (retryAfterSeconds: number) => void;
  /** Archives the channel: every request gets 410 from now on. */
  archive: () => void;
};

/**
 * Starts Slack's incoming webhooks: success is 200 and the text `ok`, which is no JSON; what is wrong is a word as text, such as
 * 400 `invalid_payload` or `no_text`, 404 `no_service`, 410 `channel_is_archived`; too many messages get 429 with `Retry-After`.
 */
export async function startSlack(): Promise<Slack> {
  const path = '/services/T01/B02/x0123456789';
  const posted: string[] = [];
  let isArchived = false;
  let limit: number | undefined;
  const server = await startReceivingServer((response, _place, request) => {
    const say = (status: number, word: string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'Content-Type': 'text/html', ...headers }).end(word);
    const message = Message.safeParse(readJson(request));
    if (request.method !== 'POST' || request.path !== path) say(404, 'no_service');
    else if (isArchived) say(410, 'channel_is_archived');
    else if (limit !== undefined) {
      say(429, 'rate_limited', { 'Retry-After': String(limit) });
      limit = undefined;
    } else if (!message.success || mediaTypeOf(request) !== 'application/json') say(400, 'invalid_payload');
    else if (message.data.text === undefined && message.data.blocks === undefined) say(400, 'no_text');
    else {
      posted.push(message.data.text ?? '');
      say(200, 'ok');
    }
  });
  return {
    ...server,
    webhookUrl: `${server.origin}${path}`,
    posted,
    limitOnce: (retryAfterSeconds) => {
      limit = retryAfterSeconds;
    },
    archive: () => {
      isArchived = true;
    },
  };
}

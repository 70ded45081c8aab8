import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { openMailStore, type SentMail } from './mail-store.ts';
import { readBody } from './read-body.ts';

/** An answering stand-in for SES, version 2: it takes e-mails and keeps them. */
export type MailEngine = {
  endpoint: string;
  /** What was sent, newest first. */
  mails: () => readonly SentMail[];
  stop: () => Promise<void>;
};

/**
 * The domain whose addresses fail, so that failures can be seen: to `reject@` each e-mail is rejected, to `throttle@` each
 * is throttled once. Domains below `.test` belong to nobody (RFC 6761).
 */
export const failingDomain = 'failing.test';

const path = '/v2/email/outbound-emails';
/** A message and its attachments may have 40 MB in SES; ours are text. */
const maxBodyBytes = 10_000_000;

const Address = z.string().regex(/^[^\s@<>,;]+@[^\s@<>,;]+$/);
const Text = z.strictObject({ Data: z.string(), Charset: z.literal('UTF-8') });
/** Headers beside those that SES sets itself, within the limits of SES API v2. */
const Headers = z
  .array(z.strictObject({ Name: z.string().regex(/^[!-9;-~]{1,126}$/), Value: z.string().regex(/^[ -~]{1,995}$/) }))
  .max(15);
const SendEmail = z.strictObject({
  FromEmailAddress: Address,
  Destination: z.strictObject({ ToAddresses: z.array(Address).min(1).max(50) }),
  Content: z.strictObject({
    Simple: z.strictObject({ Subject: Text, Body: z.strictObject({ Text }), Headers: Headers.optional() }),
  }),
});

/** Starts it on a free port of 127.0.0.1; what was sent lies in a file or, without one, in memory. */
export async function startMailEngine(file?: string, port = 0): Promise<MailEngine> {
  const store = openMailStore(file);
  const throttled = new Set<string>();
  const server = createServer((request, response) => {
    answer(request, response, { add: store.add, throttled }).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    mails: store.list,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Memory = { add: (mail: SentMail) => void; throttled: Set<string> };

async function answer(request: IncomingMessage, response: ServerResponse, memory: Memory): Promise<void> {
  const body = await readBody(request, maxBodyBytes);
  const refuse = (status: number, type: string, message: string) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
    response.end(JSON.stringify({ message }));
  };
  if (request.method !== 'POST' || request.url !== path) {
    return refuse(404, 'NotFoundException', `The local stack knows no ${request.method} ${request.url} for e-mail.`);
  }
  const input = SendEmail.safeParse(readJson(body));
  if (!input.success) return refuse(400, 'BadRequestException', z.prettifyError(input.error));
  const mail = mailOf(input.data);
  if (mail.to.includes(`reject@${failingDomain}`)) {
    return refuse(400, 'MessageRejected', `Address is rejected: reject@${failingDomain}.`);
  }
  const name = JSON.stringify([mail.to, mail.subject, mail.text]);
  if (mail.to.includes(`throttle@${failingDomain}`) && !memory.throttled.has(name)) {
    memory.throttled.add(name);
    return refuse(429, 'TooManyRequestsException', 'Maximum sending rate exceeded.');
  }
  memory.add(mail);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ MessageId: mail.messageId }));
}

function mailOf({ FromEmailAddress, Destination, Content }: z.output<typeof SendEmail>): SentMail {
  return {
    at: new Date().toISOString(),
    messageId: randomUUID(),
    from: FromEmailAddress,
    to: Destination.ToAddresses,
    subject: Content.Simple.Subject.Data,
    text: Content.Simple.Body.Text.Data,
    ...describeHeaders(Content.Simple.Headers),
  };
}

function describeHeaders(headers: z.output<typeof Headers> | undefined): Pick<SentMail, 'headers'> {
  return headers === undefined ? {} : { headers: Object.fromEntries(headers.map(({ Name, Value }) => [Name, Value])) };
}

function readJson(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

import { SESv2Client, SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { OutgoingMail } from '../../core/notifications/way-out.ts';

/** What became of an e-mail: SES took it, refused it by a named error, or was not heard. */
export type MailResult =
  | { outcome: 'sent'; status: number; messageId: string }
  | { outcome: 'refused'; status: number; error: string; message: string }
  | { outcome: 'failed'; class: 'connect' | 'timeout'; message: string };

/** Sends one e-mail. */
export type SendMail = (from: string, mail: OutgoingMail) => Promise<MailResult>;

/** The whole exchange with SES, in milliseconds; it answers within one second as a rule. */
const timeoutMs = 15_000;

/** Makes the sender: one try per call, since the delivery's own schedule says when the next one is. */
export function createMailer(client: SESv2Client = new SESv2Client({ maxAttempts: 1 })): SendMail {
  return async (from, { to, subject, text: body, headers }) => {
    const text = (Data: string) => ({ Data, Charset: 'UTF-8' });
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: to },
      Content: {
        Simple: {
          Subject: text(subject),
          Body: { Text: text(body) },
          ...(headers === undefined ? {} : { Headers: headers.map(([Name, Value]) => ({ Name, Value })) }),
        },
      },
    });
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { $metadata, MessageId } = await client.send(command, { abortSignal: signal });
      return { outcome: 'sent', status: $metadata.httpStatusCode ?? 200, messageId: MessageId ?? '' };
    } catch (error) {
      if (error instanceof SESv2ServiceException) return describeRefusal(error);
      if (signal.aborted)
        return { outcome: 'failed', class: 'timeout', message: `SES took longer than ${timeoutMs} ms` };
      return { outcome: 'failed', class: 'connect', message: `SES was not reached: ${codeOf(error)}` };
    }
  };
}

function describeRefusal({ $metadata, name, message }: SESv2ServiceException): MailResult {
  return { outcome: 'refused', status: $metadata.httpStatusCode ?? 500, error: name, message };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { messageOf, StartError } from './start-error.ts';

/** An e-mail that the stand-in for SES took. */
export const SentMail = z.object({
  at: z.string(),
  messageId: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
});
export type SentMail = z.infer<typeof SentMail>;

/** The e-mails that were sent, newest first. */
export type MailStore = { list: () => readonly SentMail[]; add: (mail: SentMail) => void };

const kept = 500;

/** Keeps the newest 500 e-mails in a file of JSON lines that only its owner may read or, without one, in memory. */
export function openMailStore(file?: string): MailStore {
  const mails = file === undefined ? [] : readMails(file);
  return {
    list: () => mails,
    add: (mail) => {
      if (file !== undefined) appendFileSync(file, lineOf(mail), { mode: 0o600 });
      mails.unshift(mail);
      mails.length = Math.min(mails.length, kept);
    },
  };
}

function readMails(file: string): SentMail[] {
  if (!existsSync(file)) return [];
  try {
    // A stack that was killed may have left the last line unfinished; that e-mail was never acknowledged.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1).slice(-kept);
    const mails = lines.map((line) => SentMail.parse(JSON.parse(line)));
    // What is no longer shown, or was not finished, goes: lines are only ever added while the stack runs.
    writeFileSync(`${file}.new`, mails.map(lineOf).join(''), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return mails.reverse();
  } catch (error) {
    throw new StartError(`${file} is damaged (${messageOf(error)}); remove it, or start with another --data-dir.`, {
      cause: error,
    });
  }
}

function lineOf(mail: SentMail): string {
  return `${JSON.stringify(mail)}\n`;
}

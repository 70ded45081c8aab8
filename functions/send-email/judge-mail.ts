import type { MailResult } from '../../adapters/ses/mail.ts';
import type { Verdict } from '../../core/webhooks/response-verdict.ts';

/** Errors of SES below 500 that pass: too much at once, a quota that is used up, sending that was paused (SES API v2). */
const passing: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'LimitExceededException',
  'SendingPausedException',
  'AccountSuspendedException',
]);

/** What a person can do about an error that no retry mends. */
const remedies: Readonly<Record<string, string>> = {
  MessageRejected:
    'verify the sender (and, while the account is in the SES sandbox, each recipient) and check the text',
  MailFromDomainNotVerifiedException: 'finish the MAIL FROM domain of the sender in SES, or remove it there',
  NotFoundException: 'verify the address or domain of email.from in SES, in the region of this stage',
  BadRequestException: 'check the addresses',
  AccessDeniedException: 'verify the address or domain of email.from in SES, and deploy the stage again',
};

/** Decides what follows from what SES answered; with `retry: none` nothing is sent again. */
export function judgeMail(result: MailResult, retry: 'standard' | 'none'): Verdict {
  const verdict = judge(result);
  if (verdict.outcome !== 'retry' || retry === 'standard') return verdict;
  return { ...verdict, outcome: 'failed', reason: `${verdict.reason}; this e-mail is never sent again` };
}

function judge(result: MailResult): Verdict {
  if (result.outcome === 'sent') return { outcome: 'delivered' };
  if (result.outcome === 'failed') return { outcome: 'retry', reason: result.message };
  const reason = `SES answered ${result.status} ${result.error}: ${result.message}`;
  if (result.status >= 500 || result.status === 429 || passing.has(result.error)) {
    return { outcome: 'retry', reason };
  }
  const remedy = remedies[result.error];
  return { outcome: 'failed', reason: remedy === undefined ? reason : `${reason} (${remedy})` };
}

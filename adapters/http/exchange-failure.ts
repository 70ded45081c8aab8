import type { ExchangeFailure } from '../../core/webhooks/response-verdict.ts';
import { errorCode } from './vetted-host.ts';

/** How far an exchange has come; it decides what an error means. */
type Phase = 'connect' | 'tls' | 'answer' | 'body';

/** An exchange under way. */
export type Progress = {
  phase: Phase;
  address: string;
  interim: number;
  /** Whether anything came on a pooled connection since it was taken; always true on a fresh one. */
  hasAnswered: () => boolean;
  /** Whether the whole answer has come. */
  isComplete: () => boolean;
};

const failureClasses: Readonly<Record<Phase, ExchangeFailure>> = {
  connect: 'connect',
  tls: 'tls',
  answer: 'http',
  body: 'http',
};

const brokenPhases: Readonly<Record<Phase, string>> = {
  connect: 'no connection',
  tls: 'no secure connection',
  answer: 'the connection broke before an answer came, or the answer was no HTTP',
  body: 'the connection broke before the answer was complete',
};

/** What an error means at the point where the exchange broke off. */
export function explainError(
  error: Error,
  { phase, hasAnswered }: Progress,
): { class: ExchangeFailure; message: string } {
  const detail = errorCode(error) ?? error.message;
  // It is not sent again at once: the receiver may have read it before it closed, so it waits for its retry like any other.
  if (phase === 'answer' && !hasAnswered()) {
    return { class: 'connect', message: `the receiver had closed the connection that was kept open (${detail})` };
  }
  return { class: failureClasses[phase], message: `${brokenPhases[phase]} (${detail})` };
}

const awaited: Readonly<Record<Phase, string>> = {
  connect: 'no connection',
  tls: 'no secure connection',
  answer: 'no answer',
  body: 'no complete answer',
};

/** What was still missing at the deadline. */
export function timeoutMessage(timeoutMs: number, { phase }: Progress): string {
  return `${awaited[phase]} within ${timeoutMs / 1000} s`;
}

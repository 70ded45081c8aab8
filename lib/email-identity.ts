import type { Stack } from 'aws-cdk-lib';
import type { Settings } from './settings.ts';

/**
 * The SES identities that an e-mail of the stage may be sent as: the sender's address and its domain. Either may be the one
 * that is verified, and SES asks for rights on that one. None where the stage sends no e-mail.
 */
export function emailIdentityArns(stack: Stack, settings: Settings): string[] {
  if (settings.email === undefined) return [];
  const { from } = settings.email;
  const [, domain] = /^[^\s@<>*?,;]+@([a-z0-9.-]+)$/.exec(from) ?? [];
  if (domain === undefined) {
    throw new Error(
      `email.from in lib/settings.ts is '${from}'; it must be a plain address such as feedback@example.com.`,
    );
  }
  return [from, domain].map((resourceName) => stack.formatArn({ service: 'ses', resource: 'identity', resourceName }));
}

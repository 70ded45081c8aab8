import type { Command } from '@commander-js/extra-typings';
import { collect, readCount } from './options.ts';

/** What can be set of an API key; "none" takes it away. */
export type KeySettings = {
  description?: string | undefined;
  cidr?: string[] | undefined;
  validUntil?: string | undefined;
  maxPerMinute?: number | 'none' | undefined;
  disable?: boolean | undefined;
};

/** Adds the options for them to a command. */
export function addKeySettings(command: Command) {
  return command
    .option('--description <text>', 'what it is for')
    .option('--cidr <range>', 'where it may be used from, such as 203.0.113.0/24; may be repeated', collect)
    .option('--valid-until <instant>', 'when it ends, such as 2027-01-31T00:00:00Z')
    .option('--max-per-minute <number>', 'calls that it may make in a minute', readCountOrNone)
    .option('--disable', 'let it open nothing');
}

/** The settings as the server takes them: only what was given, and null for what is taken away. */
export function readSettings({ description, cidr, validUntil, maxPerMinute, disable }: KeySettings) {
  return {
    description: orNull(description),
    allowedCidrs: cidr?.[0] === 'none' ? null : cidr,
    validUntil: orNull(validUntil),
    maxPerMinute: maxPerMinute === 'none' ? null : maxPerMinute,
    ...(disable === true ? { enabled: false } : {}),
  };
}

function orNull(text: string | undefined): string | null | undefined {
  return text === 'none' ? null : text;
}

function readCountOrNone(text: string): number | 'none' {
  return text === 'none' ? text : readCount(text);
}

import * as z from 'zod';
import { openText, sealText } from '../sealed-text.ts';

/** What a capability lets its holder do: add files to one field of a ticket, or see one of them through. */
export type UploadScope = { project: string; ticket: string; parameter: string; attachment?: string };

/** A file that a link leads to; `expiresAt` is in epoch milliseconds. */
export type FileLink = { project: string; ticket: string; attachment: string; expiresAt: number };

/** Whether a capability counts; one of another scope, or of nobody's making, is foreign. */
export type CapabilityVerdict = 'valid' | 'expired' | 'foreign';

const Link = z.tuple([z.string(), z.string(), z.string(), z.number()]);

/** Writes a capability that is good until an instant (epoch milliseconds), whoever holds it. */
export function writeUploadCapability(key: Uint8Array, scope: UploadScope, expiresAt: number): string {
  return sealText(key, contextOf(scope), String(expiresAt));
}

/** Judges a capability for this scope. */
export function judgeUploadCapability(
  key: Uint8Array,
  scope: UploadScope,
  { capability, now }: { capability: string; now: number },
): CapabilityVerdict {
  const text = openText(key, contextOf(scope), capability);
  if (text === undefined) return 'foreign';
  return now < Number(text) ? 'valid' : 'expired';
}

/** Writes the last part of the path that leads to a file. */
export function writeFileLink(key: Uint8Array, { project, ticket, attachment, expiresAt }: FileLink): string {
  return sealText(key, ['file'], JSON.stringify([project, ticket, attachment, expiresAt]));
}

/** Reads what {@link writeFileLink} wrote; undefined for any other text. */
export function readFileLink(key: Uint8Array, capability: string): FileLink | undefined {
  const text = openText(key, ['file'], capability);
  if (text === undefined) return undefined;
  const [project, ticket, attachment, expiresAt] = Link.parse(JSON.parse(text));
  return { project, ticket, attachment, expiresAt };
}

function contextOf({ project, ticket, parameter, attachment }: UploadScope): readonly unknown[] {
  return ['upload', project, ticket, parameter, attachment ?? null];
}

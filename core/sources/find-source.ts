import type { ExternalSource, FeedbackType, ProjectDocument } from '../document/schema.ts';
import type { Ticket } from '../tickets/ticket.ts';

/** A source and the feedback type of the tickets it creates. */
export type SourceOfType = { source: ExternalSource; feedbackType: FeedbackType };

/** Finds a source by its key or one of its former keys. */
export function findSource(document: ProjectDocument, key: string): SourceOfType | undefined {
  const source =
    document.externalSources.find((candidate) => candidate.key === key) ??
    document.externalSources.find((candidate) => candidate.aliases.includes(key));
  const feedbackType = document.feedbackTypes.find((candidate) => candidate.key === source?.feedbackType);
  return source === undefined || feedbackType === undefined ? undefined : { source, feedbackType };
}

/** All keys that a source has had, by any of them; one that no source has had stands for itself. */
export function keysOfSource(document: ProjectDocument, key: string): string[] {
  const source = findSource(document, key)?.source;
  return source === undefined ? [key] : [source.key, ...source.aliases];
}

/** What a source says of who may call it, and how often. */
export function accessOf({ key, apiKey, signature, maxPerMinute }: ExternalSource) {
  return { key, apiKey, signature, maxPerMinute };
}

/** A ticket belongs to its source under any name that the source has had. */
export function isFrom({ origin, feedbackType }: Ticket, { source, feedbackType: type }: SourceOfType): boolean {
  const names = [source.key, ...source.aliases];
  return feedbackType === type.key && origin.kind === 'source' && names.includes(origin.key ?? '');
}

import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { readLookup, removeLookup } from '../../adapters/dynamodb/lookups.ts';
import type { ExternalListener } from '../../core/document/schema.ts';
import { holdsValue, lookupFields } from '../../core/listeners/holds-value.ts';
import { emailIn, ticketIdIn } from '../../core/listeners/read-find.ts';
import type { RunTarget } from '../../core/runs/result.ts';
import type { ExternalData } from '../../core/tickets/ticket.ts';
import { type LoadedRecord, loadRecord, type RecordLoading } from '../kit/load-record.ts';

/** Entries of one value that are looked at, most of which may be outlived: records once held it and no longer do. */
const maxCandidates = 100;
/** Entries that are looked at side by side. */
const pageSize = 20;

/** More outlived entries than one call can clear away lie before the record, if there is one. */
export class TooManyOutlived extends Error {}

/** The one record that a value names, or why there is not exactly one. */
export type FoundRecord =
  | { outcome: 'found'; target: RunTarget; loaded: LoadedRecord }
  | { outcome: 'missing' }
  | { outcome: 'several'; records: string[] };

/** Finds the record that a caller means: by its id or e-mail address, or by a value from outside that it holds. */
export async function findRecord(
  loading: RecordLoading,
  configuration: Configuration,
  listener: ExternalListener,
  value: string,
): Promise<FoundRecord> {
  const [named, holders] = await Promise.all([
    findNamed(loading, configuration, listener, value),
    findHolders(loading, configuration, listener, value),
  ]);
  const found = new Map([...named, ...holders].map((record) => [nameOf(record.target), record]));
  const [first, second] = found.values();
  if (first === undefined) return { outcome: 'missing' };
  if (second !== undefined) return { outcome: 'several', records: [...found.keys()] };
  return { outcome: 'found', ...first };
}

type Candidate = { target: RunTarget; loaded: LoadedRecord };

async function findNamed(
  loading: RecordLoading,
  configuration: Configuration,
  listener: ExternalListener,
  value: string,
): Promise<Candidate[]> {
  const name = listener.target === 'feedback' ? ticketIdIn(value) : emailIn(value);
  return name === undefined ? [] : await load(loading, configuration, listener, name);
}

async function findHolders(
  loading: RecordLoading,
  configuration: Configuration,
  listener: ExternalListener,
  value: string,
): Promise<Candidate[]> {
  const { document } = configuration;
  const kind = listener.target === 'feedback' ? 'ticket' : 'member';
  if (lookupFields(document, kind).length === 0) return [];
  const holders: Candidate[] = [];
  let looked = 0;
  const place = { project: document.project.key, kind } as const;
  for await (const page of readLookup(loading.table, { ...place, value, pageSize })) {
    const loaded = await Promise.all(
      page.map(async (id) => await loadHolder(loading, configuration, { ...place, value, id })),
    );
    holders.push(...loaded.flat().filter((candidate) => isMeant(listener, candidate)));
    looked += page.length;
    if (holders.length > 1) return holders;
    // Those that outlived their values are gone by now: another try gets further.
    if (looked >= maxCandidates) throw new TooManyOutlived();
  }
  return holders;
}

/** A record, if it still holds the value under which it was found; else the entry is of no use to anybody any more. */
async function loadHolder(
  loading: RecordLoading,
  configuration: Configuration,
  { project, kind, value, id }: { project: string; kind: 'ticket' | 'member'; value: string; id: string },
): Promise<Candidate[]> {
  const target = kind === 'ticket' ? { ticket: id } : { member: id };
  const loaded = await loadRecord(loading, configuration, target);
  if (loaded !== undefined && holdsValue(configuration.document, kind, externalOf(loaded), value)) {
    return [{ target, loaded }];
  }
  if (loaded === undefined || !isHeld(externalOf(loaded), value)) {
    await removeLookup(loading.table, { project, kind, value, id });
  }
  return [];
}

/** A listener for one feedback type finds no tickets of others. */
function isMeant({ feedbackType }: ExternalListener, { loaded: { context } }: Candidate): boolean {
  return !('ticket' in context) || feedbackType === undefined || context.ticket.feedbackType === feedbackType;
}

/** Whether any value is the same text: a field may be no lookup for now, and be one again. */
function isHeld(external: ExternalData, value: string): boolean {
  return Object.values(external).some((values) => Object.values(values).some((held) => String(held) === value));
}

async function load(
  loading: RecordLoading,
  configuration: Configuration,
  listener: ExternalListener,
  id: string,
): Promise<Candidate[]> {
  const target = listener.target === 'feedback' ? { ticket: id } : { member: id };
  const loaded = await loadRecord(loading, configuration, target);
  return loaded === undefined || !isMeant(listener, { target, loaded }) ? [] : [{ target, loaded }];
}

function externalOf({ context }: LoadedRecord) {
  return 'ticket' in context ? context.ticket.external : context.member.external;
}

function nameOf(target: RunTarget): string {
  return 'ticket' in target ? target.ticket : target.member;
}

import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { readLookup } from '../../adapters/dynamodb/lookups.ts';
import type { ExternalListener } from '../../core/document/schema.ts';
import { holdsValue, lookupFields } from '../../core/listeners/holds-value.ts';
import { emailIn, ticketIdIn } from '../../core/listeners/read-find.ts';
import type { RunTarget } from '../../core/runs/result.ts';
import { type LoadedRecord, loadRecord, type RecordLoading } from '../kit/load-record.ts';

/** Entries of one value that are looked at, most of which may be outlived: records once held it and no longer do. */
const maxCandidates = 100;

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
  const pages = readLookup(loading.table, { project: document.project.key, kind, value, pageSize: maxCandidates });
  for await (const page of pages) {
    for (const id of page) {
      const candidates = await load(loading, configuration, listener, id);
      holders.push(...candidates.filter(({ loaded }) => holdsValue(document, kind, externalOf(loaded), value)));
      looked += 1;
      if (holders.length > 1 || looked === maxCandidates) return holders;
    }
  }
  return holders;
}

/** A listener for one feedback type finds no tickets of others. */
async function load(
  loading: RecordLoading,
  configuration: Configuration,
  { target: kind, feedbackType }: ExternalListener,
  id: string,
): Promise<Candidate[]> {
  const target = kind === 'feedback' ? { ticket: id } : { member: id };
  const loaded = await loadRecord(loading, configuration, target);
  if (loaded === undefined) return [];
  const { context } = loaded;
  const isOther = 'ticket' in context && feedbackType !== undefined && context.ticket.feedbackType !== feedbackType;
  return isOther ? [] : [{ target, loaded }];
}

function externalOf({ context }: LoadedRecord) {
  return 'ticket' in context ? context.ticket.external : context.member.external;
}

function nameOf(target: RunTarget): string {
  return 'ticket' in target ? target.ticket : target.member;
}

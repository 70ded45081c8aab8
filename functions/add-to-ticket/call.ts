import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import { isFrom, type SourceOfType } from '../../core/sources/find-source.ts';
import type { TicketContext } from '../../core/tickets/record-values.ts';
import type { HttpReply, HttpRequest } from '../kit/http.ts';
import { type LoadedRecord, loadRecord, type RecordLoading } from '../kit/load-record.ts';
import type { Observer } from '../kit/observer.ts';
import type { OpeningDependencies } from '../kit/open-endpoint.ts';
import type { DecisionStorage } from '../kit/store-decided.ts';

/** What the handler is given. */
export type AddDependencies = OpeningDependencies &
  RecordLoading &
  DecisionStorage & { largeBodies: Pick<LargeBodies, 'store'>; observer: Observer };

/** A call for a ticket by the app that may have created it. */
export type AddCall = SourceOfType & {
  request: HttpRequest;
  project: string;
  configuration: Configuration;
  ticket: string;
};

/** Handles the calls of one route. */
export type HandleAddition = (dependencies: AddDependencies, call: AddCall) => Promise<HttpReply>;

/** How long an addition goes on trying, in milliseconds. */
export const maxAddMs = 5_000;

/** Loads the ticket of a call with all that tags can read of it; undefined where its source has created no such ticket. */
export async function loadOwn(
  dependencies: AddDependencies,
  call: AddCall,
): Promise<(LoadedRecord & { context: TicketContext }) | undefined> {
  const loaded = await loadRecord(dependencies, call.configuration, { ticket: call.ticket });
  if (loaded === undefined || !('ticket' in loaded.context) || !isFrom(loaded.context.ticket, call)) return undefined;
  return { ...loaded, context: loaded.context };
}

import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { RunTarget } from '../../core/runs/result.ts';
import type { RecordContext } from '../../core/tickets/record-values.ts';
import { type HttpReply, refuseParameters } from '../kit/http.ts';
import { loadRecord } from '../kit/load-record.ts';
import type { AdminDependencies } from './call.ts';

/** The record that a call chose, with all that tags can read, or the refusal of the choice. */
export type ChosenRecord = { outcome: 'found'; context: RecordContext } | { outcome: 'refused'; reply: HttpReply };

/** Reads the ticket or member with which something is tried; `wanted` is which of the two it has to be, where that is known. */
export async function readChosenRecord(
  dependencies: AdminDependencies,
  configuration: Configuration,
  chosen: { ticket?: string | undefined; member?: string | undefined },
  wanted?: 'ticket' | 'member',
): Promise<ChosenRecord> {
  const { ticket, member } = chosen;
  const unwanted = wanted === 'ticket' ? member : wanted === 'member' ? ticket : undefined;
  if (unwanted !== undefined || (ticket !== undefined && member !== undefined)) {
    const parameter = wanted === 'ticket' || wanted === undefined ? 'member' : 'ticket';
    const message =
      wanted === undefined ? 'Name a ticket or a member, not both.' : `Name a ${wanted}: the macro is for ${wanted}s.`;
    return refused(refuseParameters([{ parameter, code: 'not_allowed', message }]));
  }
  if (member !== undefined) return await readRecord(dependencies, configuration, { member });
  if (ticket !== undefined) return await readRecord(dependencies, configuration, { ticket });
  const parameter = wanted ?? 'ticket';
  const message = wanted === undefined ? 'Name a ticket or a member.' : `Name a ${wanted}.`;
  return refused(refuseParameters([{ parameter, code: 'required', message }]));
}

async function readRecord(
  dependencies: AdminDependencies,
  configuration: Configuration,
  target: RunTarget,
): Promise<ChosenRecord> {
  const loaded = await loadRecord(dependencies, configuration, target, { withFiles: true });
  if (loaded !== undefined) return { outcome: 'found', context: loaded.context };
  const kind = 'member' in target ? 'member' : 'ticket';
  return absent(kind, `There is no such ${kind} in this project.`);
}

function absent(parameter: 'ticket' | 'member', message: string): ChosenRecord {
  return refused(refuseParameters([{ parameter, code: 'invalid_choice', message }]));
}

function refused(reply: HttpReply): ChosenRecord {
  return { outcome: 'refused', reply };
}

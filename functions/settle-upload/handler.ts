import { type AttachmentPlace, readObjectKey } from '../../core/uploads/attachment.ts';
import { UploadMessage } from '../../core/uploads/message.ts';
import type { SettleDependencies } from '../kit/decide-arrival.ts';
import type { Observer } from '../kit/observer.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';
import { settleArrival } from '../kit/settle-arrival.ts';
import { type TendedFacts, tendAttachment } from './tend-attachment.ts';

/** How long one message goes on trying, in milliseconds, once a file was read through; then it returns to its queue. */
const maxSettleMs = 150_000;

/** What the handler is given. */
export type SettleUploadDependencies = SettleDependencies & { observer: Observer };

/** Settles the attachments of one message: those whose objects came or were scanned, or one that is due. */
export function settleUpload(dependencies: SettleUploadDependencies): MessageHandler {
  return async (body) => {
    const message = UploadMessage.parse(JSON.parse(body));
    const deadline = dependencies.now() + maxSettleMs;
    if ('Event' in message) return { event: message.Event };
    if ('kind' in message) return measured(dependencies, await tendAttachment(dependencies, message, deadline));
    const settled: Readonly<Record<string, unknown>>[] = [];
    for (const { eventName, s3 } of message.Records) {
      const { key, versionId } = s3.object;
      const place = readObjectKey(key);
      if (place === undefined) settled.push({ event: eventName, outcome: 'not-ours' });
      else settled.push({ event: eventName, ...(await settle(dependencies, place, versionId, deadline)) });
    }
    // S3 tells of one object in a message as a rule.
    return settled.length === 1 ? { ...settled[0] } : { objects: settled };
  };
}

async function settle(
  dependencies: SettleUploadDependencies,
  place: AttachmentPlace,
  objectVersion: string | undefined,
  deadline: number,
): Promise<TendedFacts> {
  const { outcome } = await settleArrival(dependencies, place, { objectVersion, deadline });
  const { project, ticket, id } = place;
  if (outcome === 'busy') throw new Error(`attachment ${id} of ${project}/${ticket} could not be settled`);
  return measured(dependencies, { project, ticket, attachment: id, outcome });
}

function measured({ observer }: SettleUploadDependencies, facts: TendedFacts): TendedFacts {
  observer.measure('Uploads', 1, 'Count', { project: facts.project, outcome: facts.outcome });
  return facts;
}

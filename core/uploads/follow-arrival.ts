import { followChange } from '../macros/begin-chain.ts';
import { beginChain, type ChainInput, type Consequence } from '../macros/chain.ts';
import type { ChangeCause, FieldChange } from '../records/change.ts';
import type { AttachedFile } from './attached-file.ts';
import type { AttachmentRecord } from './attachment.ts';
import type { Arrival } from './judge-arrival.ts';

/** Decides what follows from an object's arrival: a stored file is a modification, a rejected one an entry in the history. */
export function followArrival(input: ChainInput, { outcome, attachment }: Arrival, file: AttachedFile): Consequence {
  const cause = { kind: 'upload' as const, key: attachment.id };
  switch (outcome) {
    case 'stored':
      return followFiles(input, cause, describeChange(attachment, 'to'), (files) => [
        ...without(files, attachment),
        file,
      ]);
    case 'rejected':
      return writeProblem(input, cause, `${attachment.fileName} was rejected. ${attachment.reason}`);
    case 'waiting':
      return beginChain(input).consequence;
  }
}

/** Decides what follows from a stored file's going, whoever let it go. */
export function followRemoval(input: ChainInput, cause: ChangeCause, attachment: AttachmentRecord): Consequence {
  return followFiles(input, cause, describeChange(attachment, 'from'), (files) => without(files, attachment));
}

function without(files: readonly AttachedFile[], { id }: AttachmentRecord): AttachedFile[] {
  return files.filter((file) => file.id !== id);
}

function followFiles(
  input: ChainInput,
  cause: ChangeCause,
  changes: FieldChange[],
  change: (files: readonly AttachedFile[]) => AttachedFile[],
): Consequence {
  const { context } = input;
  if (!('ticket' in context)) throw new Error('only tickets have attachments');
  return followChange(input, {
    context: context.files === undefined ? context : { ...context, files: change(context.files) },
    cause,
    changes,
    comments: [],
    lookups: { added: [], removed: [] },
  });
}

/** A condition may ask whether any attachment has changed, or that of one field. */
function describeChange({ id, field, fileName, size }: AttachmentRecord, side: 'from' | 'to'): FieldChange[] {
  return [
    { path: 'attachments', [side]: { id, fileName, size } },
    { path: `field.${field}`, [side]: fileName },
  ];
}

function writeProblem(input: ChainInput, cause: ChangeCause, problem: string): Consequence {
  const { consequence } = beginChain(input);
  const { context, newId } = input;
  const version = 'ticket' in context ? context.ticket.version : 0;
  const change = { id: newId(), at: context.now, version, cause, changes: [], problem };
  return { ...consequence, changes: [{ record: 'ticket', change }] };
}

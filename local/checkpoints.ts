import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';

/** How far each event source mapping has read each stream: the sequence number that it handled last. */
export type CheckpointStore = {
  find: (mapping: string, streamArn: string) => string | undefined;
  put: (mapping: string, streamArn: string, sequenceNumber: string) => void;
};

const Checkpoints = z.record(z.string(), z.string());

/** Keeps checkpoints in a file or, without one, in memory. */
export function openCheckpoints(file?: string): CheckpointStore {
  const checkpoints = new Map(Object.entries((file && readJson(file, Checkpoints)) || {}));
  // By the stream's ARN, which has its creation time: a table that was made again starts from its beginning.
  const keyOf = (mapping: string, streamArn: string) => `${mapping} ${streamArn}`;
  return {
    find: (mapping, streamArn) => checkpoints.get(keyOf(mapping, streamArn)),
    put: (mapping, streamArn, sequenceNumber) => {
      checkpoints.set(keyOf(mapping, streamArn), sequenceNumber);
      if (file !== undefined) writeJson(file, Object.fromEntries(checkpoints));
    },
  };
}

import { type AttachmentPlace, type AttachmentRecord, maxAttachmentBytes } from './attachment.ts';
import { cleanFileName } from './clean-file-name.ts';

/** What the bucket says of an object. */
export type Evidence = {
  bytes: number;
  etag: string;
  objectVersion?: string | undefined;
  /** Only where one was declared. */
  sha256?: string | undefined;
  /** As the form that brought it says, where no declaration came before. */
  fileName?: string | undefined;
  contentType?: string | undefined;
};

/** What a scanner says of an object; absent where no scanner is asked. */
export type Scan = { outcome: 'clean' | 'infected' | 'not-yet' } | { outcome: 'impossible'; status: string };

/** What an object is judged by. */
export type ArrivalInput = {
  place: AttachmentPlace;
  /** Absent for an object that came by the form of the answer that created the ticket. */
  declared: AttachmentRecord | undefined;
  evidence: Evidence;
  scan: Scan | undefined;
  /** Bytes that the project may still store; undefined without a quota. */
  roomBytes: number | undefined;
  /** RFC 3339. */
  now: string;
};

/** What an object's arrival makes of its attachment; `waiting` is pending still, with the reason. */
export type Arrival = { outcome: 'stored' | 'rejected' | 'waiting'; attachment: AttachmentRecord };

/** Judges an object that is there: by its size, its checksum, the project's room and the scanner, never by its sender's word. */
export function judgeArrival(input: ArrivalInput): Arrival {
  const { evidence, now } = input;
  const { etag, objectVersion, bytes } = evidence;
  const { reason: _, ...before } = input.declared ?? undeclared(input);
  const found = { etag, ...(objectVersion === undefined ? {} : { objectVersion }) };
  const fault = findFault(input);
  const next = { ...before, ...found, version: before.version + 1 };
  if (fault !== undefined) return { outcome: 'rejected', attachment: { ...next, state: 'rejected', reason: fault } };
  const wait = whyWaiting(input.scan);
  if (wait !== undefined) return { outcome: 'waiting', attachment: { ...next, state: 'pending', reason: wait } };
  return { outcome: 'stored', attachment: { ...next, size: bytes, state: 'stored', storedAt: now } };
}

function undeclared({ place, evidence, now }: ArrivalInput): AttachmentRecord {
  const { fileName = '', contentType = 'application/octet-stream', bytes } = evidence;
  return {
    ...place,
    fileName: fileName.trim() === '' ? place.field : cleanFileName(fileName),
    contentType,
    size: bytes,
    state: 'pending',
    version: 0,
    createdAt: now,
  };
}

function findFault({ declared, evidence, scan, roomBytes }: ArrivalInput): string | undefined {
  const { bytes, sha256 } = evidence;
  if (bytes === 0) return 'The file is empty.';
  if (bytes > maxAttachmentBytes) return `The file has ${bytes} bytes; 2 GiB (${maxAttachmentBytes}) is the most.`;
  if (declared !== undefined && bytes !== declared.size) {
    return `The file has ${bytes} bytes, and ${declared.size} were declared.`;
  }
  // Nobody reads a file through that waits for its scan.
  if (declared?.sha256 !== undefined && whyWaiting(scan) === undefined && sha256 !== declared.sha256) {
    return `The file has the SHA-256 ${sha256 ?? 'unknown'}, and ${declared.sha256} was declared.`;
  }
  if (scan?.outcome === 'infected') return 'Malware was found in it.';
  if (roomBytes !== undefined && bytes > roomBytes) {
    return `The project may store ${Math.max(0, roomBytes)} bytes more, and the file has ${bytes}.`;
  }
  return undefined;
}

function whyWaiting(scan: Scan | undefined): string | undefined {
  if (scan === undefined || scan.outcome === 'clean') return undefined;
  if (scan.outcome === 'impossible') return `It has arrived and could not be scanned for malware (${scan.status}).`;
  return 'It has arrived and is being scanned for malware.';
}

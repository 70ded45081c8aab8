import type { KeptBody, KeptSubmission } from '../../core/quarantine/submission.ts';
import type { AdminDependencies } from './call.ts';
import type { ShownBody, ShownSubmission } from './quarantine-schemas.ts';

/** Longest text of a body as JSON, in bytes: an answer has two of them at most, and may have 6 MB (AWS quota). */
const maxTextBytes = 2_500_000;

/** Shows a kept submission with its bodies; one that cannot be read now is said to be gone. */
export async function showSubmission(
  { largeBodies }: Pick<AdminDependencies, 'largeBodies'>,
  kept: KeptSubmission,
): Promise<ShownSubmission> {
  const { id, project, source, state, version, submittedAt, apiKey, requestId, description, errors } = kept;
  const { ticket, replayedAt, replayedBy, correction } = kept;
  const [body, corrected] = await Promise.all([
    showBody(largeBodies, kept.body),
    correction === undefined ? undefined : showBody(largeBodies, correction.body),
  ]);
  return {
    ...{ id, project, source, state, version, submittedAt },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...{ requestId, description },
    ...(errors === undefined ? {} : { errors }),
    body,
    ...(correction === undefined || corrected === undefined
      ? {}
      : { correction: { body: corrected, at: correction.at, by: correction.by } }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(replayedAt === undefined ? {} : { replayedAt }),
    ...(replayedBy === undefined ? {} : { replayedBy }),
  };
}

async function showBody({ readKept }: AdminDependencies['largeBodies'], body: KeptBody): Promise<ShownBody> {
  const bytes = await readKept(body).catch(() => undefined);
  if (bytes === undefined) return { bytes: 'bytes' in body ? body.bytes : 0, gone: true };
  const text = readText(bytes);
  const shown = text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text };
  return { bytes: bytes.byteLength, ...shown };
}

/** The text that bytes are; undefined where they are none, or one that would be too long. */
function readText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return Buffer.byteLength(JSON.stringify(text)) > maxTextBytes ? undefined : text;
  } catch {
    return undefined;
  }
}

import type { FrozenCapture } from '../deliveries/delivery.ts';
import type { ExternalListener, ProjectDocument } from '../document/schema.ts';
import { freezeCapture } from '../external-data/freeze-capture.ts';
import { type CapturedValues, type MatchFirstGroup, readBodyValues } from '../external-data/read-values.ts';
import { readParameter } from '../json-pointer.ts';
import { readCommentText } from '../records/new-comment.ts';
import type { ParameterError } from '../reply-errors.ts';
import type { TagValue } from '../templates/template.ts';

/** What a listener's caller wants done, as far as its body says it. */
export type CallContent =
  | { type: 'macro' }
  | { type: 'comment'; text: string }
  | ({ type: 'data'; capture: FrozenCapture } & CapturedValues);

/** A call that was read, or everything that is wrong with it. */
export type CallReading = { outcome: 'read'; content: CallContent } | { outcome: 'rejected'; errors: ParameterError[] };

/** Reads what is wanted; the body of comments and data is an object, of macros anything. */
export function readCall(
  document: ProjectDocument,
  listener: ExternalListener,
  body: TagValue | undefined,
  matchFirstGroup: MatchFirstGroup,
): CallReading {
  switch (listener.type) {
    case 'macro':
      return { outcome: 'read', content: { type: 'macro' } };
    case 'comment':
      return readComment(listener.textParameter, readParameter(body, listener.textParameter));
    case 'data':
      return readData(freezeCapture(document, listener.group), body, matchFirstGroup);
  }
}

function readComment(parameter: string, value: unknown): CallReading {
  const reading = readCommentText(parameter, value);
  if (reading.outcome === 'rejected') return reject(reading.error);
  return { outcome: 'read', content: { type: 'comment', text: reading.text } };
}

/** What cannot be read is named and the rest is stored, unless there is nothing left to store. */
function readData(
  capture: FrozenCapture | undefined,
  body: TagValue | undefined,
  matchFirstGroup: MatchFirstGroup,
): CallReading {
  // Refused at apply time, so only a document stored by an older version can get here.
  if (capture === undefined) return reject();
  const { captured, uncaptured } = readBodyValues(capture, body, matchFirstGroup);
  if (Object.keys(captured).length > 0) {
    return { outcome: 'read', content: { type: 'data', capture, captured, uncaptured } };
  }
  const reasons = new Map(uncaptured.map(({ field, reason }) => [field, reason]));
  return reject(
    ...capture.fields.map(({ key, parameter }): ParameterError => {
      const value = readParameter(body, parameter);
      const isAbsent = value === undefined || value === null || value === '';
      const reason = reasons.get(key) ?? 'it cannot be read';
      const message = `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`;
      return { parameter, code: isAbsent ? 'required' : 'invalid_type', message };
    }),
  );
}

function reject(...errors: ParameterError[]): CallReading {
  return { outcome: 'rejected', errors };
}

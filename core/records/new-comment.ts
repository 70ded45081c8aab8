import type { ParameterError } from '../reply-errors.ts';
import { countCodePoints, describeType } from '../tickets/field-value.ts';
import { type Comment, maxCommentLength } from './comment.ts';

/** Unknown parameters that a refusal names at most. */
const maxNamed = 200;

/** The text of a comment as it was given, or what is wrong with it. */
export type CommentReading = { outcome: 'read'; text: string } | { outcome: 'rejected'; error: ParameterError };

/** Checks the text of a comment; it is kept as it was sent. */
export function readCommentText(parameter: string, value: unknown): CommentReading {
  const reject = (code: ParameterError['code'], message: string): CommentReading => {
    return { outcome: 'rejected', error: { parameter, code, message } };
  };
  if (value === undefined || value === null) {
    return reject('required', `${parameter} is required: the text of the comment.`);
  }
  if (typeof value !== 'string') return reject('invalid_type', `${parameter} must be a text.`);
  if (value.trim() === '') return reject('blank', 'A comment may not be blank.');
  const length = countCodePoints(value);
  if (length <= maxCommentLength) return { outcome: 'read', text: value };
  return reject('too_long', `The comment has ${length} characters; at most ${maxCommentLength} are allowed.`);
}

/** A comment that somebody writes, or everything that is wrong with it. */
export type NewCommentReading =
  | { outcome: 'read'; comment: Pick<Comment, 'text' | 'visibility'> }
  | { outcome: 'rejected'; errors: ParameterError[] };

/** Reads a comment, `{text, visibility}`; where it says nothing else it is for those who work on the record. */
export function readNewComment(given: Readonly<Record<string, unknown>>): NewCommentReading {
  const { text, visibility = 'internal', ...others } = given;
  const reading = readCommentText('text', text);
  const errors = reading.outcome === 'rejected' ? [reading.error] : [];
  const isKnown = visibility === 'internal' || visibility === 'public';
  if (!isKnown) {
    const allowed = ['internal', 'public'];
    const isText = typeof visibility === 'string';
    const message = isText
      ? 'A comment is internal or public.'
      : `The visibility is a text, not ${describeType(visibility)}.`;
    const code = isText ? ('invalid_choice' as const) : ('invalid_type' as const);
    errors.push({ parameter: 'visibility', code, message, allowed });
  }
  errors.push(...refuseOthers(others));
  if (reading.outcome === 'rejected' || !isKnown || errors.length > 0) return { outcome: 'rejected', errors };
  return { outcome: 'read', comment: { text: reading.text, visibility } };
}

/** Reads a comment that somebody outside writes, `{text}`: whoever sent the report may read it. */
export function readPublicComment(given: Readonly<Record<string, unknown>>): NewCommentReading {
  const { text, ...others } = given;
  const reading = readCommentText('text', text);
  const errors = [...(reading.outcome === 'rejected' ? [reading.error] : []), ...refuseOthers(others)];
  if (reading.outcome === 'rejected' || errors.length > 0) return { outcome: 'rejected', errors };
  return { outcome: 'read', comment: { text: reading.text, visibility: 'public' } };
}

function refuseOthers(others: Readonly<Record<string, unknown>>): ParameterError[] {
  const names = Object.keys(others).slice(0, maxNamed);
  return names.map((name) => {
    const parameter = name.slice(0, 100).toWellFormed();
    return { parameter, code: 'not_allowed', message: 'This parameter is not known here.' };
  });
}

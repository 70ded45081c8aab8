import type { ExternalSource, FeedbackType, Field } from '../document/schema.ts';
import { readReport } from '../sources/read-report.ts';
import { exampleBody } from './example-body.ts';

/** A report that a source takes, and what is to be known of it. */
export type ExampleReport = { body: object; notes: string[] };

/** The day of dates in examples. */
const exampleDate = '2026-01-31';

/** Makes a report with a valid value for every parameter that a source maps; `submitter` is an address that it may come from. */
export function exampleReport(
  source: ExternalSource,
  feedbackType: FeedbackType,
  submitter: string | undefined,
): ExampleReport {
  const [workflow] = feedbackType.workflows;
  const mapped = feedbackType.fields.filter(({ key }) => Object.hasOwn(source.fields, key));
  const valued = mapped.filter(({ kind }) => kind !== 'attachment');
  // What has to be there comes first: of two pointers that lead through each other only the first has room.
  const inOrder = valued.toSorted((one, other) => Number(other.required) - Number(one.required));
  const { body, left } = exampleBody([
    { parameter: source.submitter, value: submitter },
    ...(source.state === undefined ? [{ parameter: source.statusParameter, value: workflow?.statuses[0]?.key }] : []),
    ...inOrder.map((field) => ({ parameter: source.fields[field.key] ?? '', value: exampleValue(field) })),
  ]);
  const files = mapped.filter(({ kind }) => kind === 'attachment');
  const said = [...left, ...(submitter === undefined ? [source.submitter] : [])];
  const { errors } = readReport(source, feedbackType, { ...body });
  const further = errors.filter(({ parameter }) => !said.includes(parameter));
  return {
    body,
    notes: [
      ...(submitter === undefined ? [`${source.submitter} has to be the address of a member of the project.`] : []),
      ...files.map(
        ({ label }) => `${label} takes files: send them to the endpoint that the answer has in "files" for it.`,
      ),
      ...left.map((parameter) => `${parameter} is left out: another parameter stands in its way.`),
      ...further.map(({ parameter, message }) => `${parameter} is still to be mended: ${message}`),
    ],
  };
}

function exampleValue({ kind, label, maxLength, options = [], min, max }: Field): unknown {
  switch (kind) {
    case 'text':
    case 'longText':
      return [...`${label.trim()} (example)`].slice(0, maxLength ?? 1_000).join('');
    case 'number':
      return Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min ?? 1, 1));
    case 'ratingScale':
      return Math.ceil(((min ?? 1) + (max ?? 5)) / 2);
    case 'boolean':
      return true;
    case 'date':
      return exampleDate;
    case 'singleChoice':
      return options[0];
    case 'multipleChoice':
      return options.slice(0, 2);
    case 'attachment':
      return undefined;
  }
}

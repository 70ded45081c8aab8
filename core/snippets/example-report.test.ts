import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FeedbackType } from '../document/schema-feedback-types.ts';
import { ExternalSource } from '../document/schema-sources.ts';
import { readReport } from '../sources/read-report.ts';
import { exampleReport } from './example-report.ts';

const workflows = [
  {
    key: 'default',
    name: 'Default',
    statuses: [
      { key: 'New', team: 'a' },
      { key: 'Open', team: 'a' },
    ],
  },
];

function typeOf(fields: object[]) {
  return FeedbackType.parse({ key: 'issues', name: 'Issue', idPrefix: 'BUG', idDigits: 4, fields, workflows });
}

function sourceOf(fields: Record<string, string>, more: object = {}) {
  return ExternalSource.parse({ key: 'app', name: 'App', feedbackType: 'issues', apiKey: 'mobile', fields, ...more });
}

const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => /\S/.test(text));
const bounds = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 20 })).map(([min, more]) => {
  return { min, max: min + more };
});
const options = fc.uniqueArray(label, { minLength: 1, maxLength: 5 }).map((given) => ({ options: given }));
const field = fc.oneof(
  fc.record({ kind: fc.constantFrom('text', 'longText'), maxLength: fc.integer({ min: 1, max: 60 }) }),
  bounds.map((given) => ({ kind: 'number', ...given })),
  bounds.map((given) => ({ kind: 'ratingScale', ...given })),
  fc.constantFrom({ kind: 'boolean' }, { kind: 'date' }, { kind: 'text' }, { kind: 'number' }, { kind: 'ratingScale' }),
  options.map((given) => ({ kind: 'singleChoice', ...given })),
  options.map((given) => ({ kind: 'multipleChoice', ...given })),
);

describe('an example of a report', () => {
  test('has a valid value for every parameter, wherever its pointer leads', () => {
    const parameter = fc.oneof(
      fc.constantFrom(
        'plain',
        '/device/os/version',
        '/device/os/name',
        '/list/0/name',
        '/a~1b/m~0n',
        '__proto__',
        '/ /',
      ),
      fc.string({ minLength: 1, maxLength: 10 }).map((text) => `p${text.replaceAll(/[/~]/g, 'x')}`),
    );
    const entry = fc.record({ field, label, required: fc.boolean(), parameter });
    const property = fc.property(
      fc.uniqueArray(entry, { selector: (one) => one.parameter, maxLength: 8 }),
      (entries) => {
        const fields = entries.map(({ field: given, label: text, required }, place) => {
          return { key: `f${place}`, label: text, required, ...given };
        });
        const type = typeOf(fields);
        const mapping = Object.fromEntries(entries.map(({ parameter: name }, place) => [`f${place}`, name]));
        const source = sourceOf(mapping, { submitter: '/who/mail', statusParameter: '/state/is' });
        const { body, notes } = exampleReport(source, type, 'jim@example.com');
        const sent = JSON.parse(JSON.stringify(body));
        const { errors, fields: read, state, givenSubmitter, ignoredParameters } = readReport(source, type, sent);
        expect({ errors, notes, ignoredParameters }).toEqual({ errors: [], notes: [], ignoredParameters: [] });
        expect(Object.keys(read)).toHaveLength(entries.length);
        expect({ state: state?.status, givenSubmitter }).toEqual({ state: 'New', givenSubmitter: 'jim@example.com' });
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test('says what it cannot hold: files, a parameter in the way of another, a member whom nobody knows', () => {
    const type = typeOf([
      { key: 'os', label: 'OS', kind: 'text' },
      { key: 'version', label: 'Version', kind: 'text', required: true },
      { key: 'shot', label: 'Screenshot', kind: 'attachment' },
    ]);
    const source = sourceOf(
      { os: '/os', version: '/os/version', shot: 'shot' },
      { state: { team: 'a', workflow: 'default', status: 'New' } },
    );
    expect(exampleReport(source, type, undefined)).toEqual({
      body: { os: { version: 'Version (example)' } },
      notes: [
        'submitter has to be the address of a member of the project.',
        'Screenshot takes files: send them to the endpoint that the answer has in "files" for it.',
        '/os is left out: another parameter stands in its way.',
      ],
    });
  });
});

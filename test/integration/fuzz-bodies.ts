import fc from 'fast-check';
import { stringify } from 'yaml';
import { mutated, words } from './fuzz-values.ts';

/** Pieces that break a text's syntax, its encoding or its reader's patience, as bytes. */
const fragments = [
  ...words('{ } [ ] , : " \\ \\u0000 \\ud800 /* // "" \ufeff \u0000 \n \t'),
  ...words('1e999 -1e999 1e-999 9007199254740993 0.1234567890123456789012345678901234567890123 00 1. NaN'),
  ...words('\n---\n *a !!binary %YAML\t1.1\n |\n >-\n {<<:*a}'),
  ...[' ', '&a ', '!!js/function ', '<<: *a', '? ', '- - - '],
].map((piece) => Buffer.from(piece));
const illFormed = words('ff c080 eda080 f4908080 e282 80').map((piece) => Buffer.from(piece, 'hex'));

type Splice = { at: number; drop: number; piece: Buffer };

const splice: fc.Arbitrary<Splice> = fc.record({
  at: fc.nat(20_000),
  drop: fc.oneof(fc.constant(0), fc.nat(30)),
  piece: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...fragments) },
    { weight: 1, arbitrary: fc.constantFrom(...illFormed) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)) },
  ),
});

const strangeTexts = [
  ...words('{} [] null 0 "" { " {"__proto__":{"summary":"x"}} {"a":1,"a":2} \ufeff{} *a'),
  ...['', ' ', 'a: &a [*a]', `? ${'x'.repeat(2_000)}`],
  ...['['.repeat(100_000), '{"a":'.repeat(50_000), `${'['.repeat(5_000)}${']'.repeat(5_000)}`, '- '.repeat(5_000)],
  ...[`{"summary":"${'x'.repeat(1_048_576)}"}`, `{${'"a":1,'.repeat(9_000)}"b":1}`],
  `a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [${'*b,'.repeat(90)}x]`,
];

/** Bodies that are no one's idea of a request. */
export const strangeBody: fc.Arbitrary<Buffer> = fc.oneof(
  fc.constantFrom(...strangeTexts).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
);

/** A valid report with so much in it, read or not, that some item of the table could become too large. */
export function largeReport(valid: object): fc.Arbitrary<Buffer> {
  return fc
    .constantFrom<object>(
      { ['p'.repeat(450_000)]: 1 },
      Object.fromEntries(Array.from({ length: 200 }, (_, place) => [`${'🦊'.repeat(600)}${place}`, 1])),
      { description: 'x'.repeat(30_000), text: '🦊'.repeat(30_000) },
      { submitter: 'x'.repeat(1_000), email: `${'x'.repeat(240)}@example.com` },
    )
    .map((more) => Buffer.from(JSON.stringify({ ...valid, ...more })));
}

/** A valid value as JSON: mostly changed here and there, sometimes with its text broken, sometimes as it is. */
export function jsonBody(valid: unknown, maxChanges = 3): fc.Arbitrary<Buffer> {
  return broken(mutated(valid, maxChanges).map((value) => Buffer.from(JSON.stringify(value))));
}

/** The same in YAML. */
export function yamlBody(valid: unknown, maxChanges = 3): fc.Arbitrary<Buffer> {
  return broken(mutated(valid, maxChanges).map((value) => Buffer.from(stringify(value))));
}

function broken(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.oneof(
    { weight: 3, arbitrary: whole },
    { weight: 1, arbitrary: fc.tuple(whole, fc.array(splice, { minLength: 1, maxLength: 3 })).map(applySplices) },
  );
}

function applySplices([whole, splices]: [Buffer, Splice[]]): Buffer {
  return splices.reduce((bytes, { at, drop, piece }) => {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    return Buffer.concat([bytes.subarray(0, place), piece, bytes.subarray(place + drop)]);
  }, whole);
}

import fc from 'fast-check';

/** The words of a text, for lists that are long. */
export function words(list: string): string[] {
  return list.split(' ');
}

/** Texts that have broken something somewhere: names of prototypes, keys of the table, templates, patterns, odd characters. */
const oddTexts = [
  ...words('__proto__ constructor toString hasOwnProperty null undefined NaN -0 1e3 0x10 true asc'),
  ...words('.. ../.. / // \\ ~ /~2 # SECRET#jira DOC# * $ % %zz (a+)+$ (?<n> [ \\p{L}{1,1000}'),
  ...words('(( )) ((Summary ((secret.jira)) ((a.b.c.d)) ((ticket.__proto__)) ((Summary)) ((request./a/b))'),
  ...words('2026-02-30 9999-12-31T23:59:60Z 0000-01-01 2026-11-21T09:00:00.000Z Low Critical New BUG-0001 issues'),
  ...words('jim@example.com JIM@EXAMPLE.COM "@"@x a@b é e\u0301 İ ß 🦊'),
  ...words('\u0000 \u0001 \u202e \ufeff \u2028 \ud800 a\udc00b'),
  ...['', ' ', '\t', '\r\n', '((Severity | default: ', '((Severity | default: "x" | truncate: 3))'],
  ...['x'.repeat(300), 'x'.repeat(5_000), '🦊'.repeat(600), `${'a'.repeat(300)}@example.com`],
];

/** Numbers at the ends of what JavaScript, JSON and the table can hold. */
const oddNumbers = [
  ...words('0 -0 1 -1 5 6 0.5 1e-7 5e-324 1e-130 1e-131 1e-200 -1e-300 1e20 1e21 1.5e125 1e126 1.7976931348623157e308'),
  ...words('2147483648 9007199254740992 9007199254740994 -9007199254740992 0.30000000000000004 123456789.12345678'),
].map(Number);

/** Any text, odd ones often. */
export const text = fc.oneof(
  fc.constantFrom(...oddTexts),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
);

const number = fc.oneof(fc.constantFrom(...oddNumbers), fc.double({ noNaN: true, noDefaultInfinity: true }));

/** Any value that JSON can write, odd ones often. */
const jsonValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 3, arbitrary: number },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { '': 1 }, nested(19), nested(30)),
  },
  { weight: 2, arbitrary: fc.array(text, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
);

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

/** What a header may hold on the wire, as Node reads it: bytes without controls. */
export const headerText = text.map((given) =>
  Buffer.from(given)
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    .trim(),
);

/** The first arbitrary, `weight` times as often as the second. */
export function mostly<One, Other>(
  weight: number,
  one: fc.Arbitrary<One>,
  other: fc.Arbitrary<Other>,
): fc.Arbitrary<One | Other> {
  const parts = Math.round(weight * 10);
  return fc.oneof({ weight: parts, arbitrary: one }, { weight: 10, arbitrary: other });
}

/** A change somewhere in a value: `walk` leads to the place, whatever the value is. */
type Change = {
  walk: number[];
  kind: 'alike' | 'replace' | 'remove' | 'add' | 'repeat';
  text: string;
  number: number;
  value: unknown;
};

const change: fc.Arbitrary<Change> = fc.record({
  walk: fc.array(fc.nat(50), { minLength: 1, maxLength: 8 }),
  // Values of the same kind stand the best chance of being accepted.
  kind: fc.constantFrom('alike', 'alike', 'alike', 'alike', 'replace', 'remove', 'add', 'repeat'),
  text,
  number,
  value: jsonValue,
});

/** A valid value with up to `maxChanges` changes in it, often with none. */
export function mutated(valid: unknown, maxChanges: number): fc.Arbitrary<unknown> {
  return fc
    .array(change, { maxLength: maxChanges })
    .map((changes) => changes.reduce((value, made) => applyChange(value, made, made.walk), valid));
}

function applyChange(value: unknown, made: Change, [step = 0, ...rest]: readonly number[]): unknown {
  if (typeof value !== 'object' || value === null) return made.kind === 'alike' ? alike(value, made) : made.value;
  const entries: [string, unknown][] = Object.entries(value);
  const place = step % Math.max(entries.length, 1);
  const changed = changeEntries(entries, place, made, rest);
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
}

function changeEntries(entries: [string, unknown][], place: number, made: Change, rest: readonly number[]) {
  const entry = entries[place];
  if (entry === undefined) return [[made.text, made.value] satisfies [string, unknown]];
  const [name, inner] = entry;
  if (made.kind === 'alike' || rest.length > 0) return entries.with(place, [name, applyChange(inner, made, rest)]);
  switch (made.kind) {
    case 'replace':
      return entries.with(place, [name, made.value]);
    case 'remove':
      return entries.toSpliced(place, 1);
    case 'add':
      return entries.toSpliced(place, 0, [made.text, made.value]);
    case 'repeat':
      return entries.toSpliced(place, 0, entry);
  }
}

function alike(value: unknown, { text: other, number: count }: Change): unknown {
  if (typeof value === 'number') return count;
  if (typeof value === 'boolean') return !value;
  // Half of the time what was there stays, with something after it.
  return typeof value === 'string' && count > 0 ? value + other : other;
}

import { visit as visitJson } from 'jsonc-parser';
import { type Document, isMap, isScalar, LineCounter, parseDocument, visit as visitYaml, type YAMLMap } from 'yaml';
import { findUnstorable, readJsonText } from '../json-text.ts';
import { describeUnstorable, limitProblems, type Problem, quote } from './problems.ts';

/** Most aliases of one YAML text (product.md, "The project document"). */
const maxAliases = 100;
/** Largest document, in characters, once every alias is written out (product.md: 1 MiB). */
const maxExpandedSize = 1_048_576;

/** The value that a document's text stands for, or where and why it cannot be read. */
export type DocumentReading = { outcome: 'read'; value: unknown } | { outcome: 'unreadable'; problems: Problem[] };

/** Reads a document's text; never throws, whatever the text. */
export function readDocumentText(text: string, format: 'json' | 'yaml'): DocumentReading {
  if (!text.isWellFormed() || text.includes('\0')) {
    return unreadable([
      { line: 0, column: 0, message: 'the text is not well-formed Unicode or contains the character NUL' },
    ]);
  }
  return format === 'json' ? readJson(text) : readYaml(text);
}

type Fault = { line: number; column: number; message: string };

function readJson(text: string): DocumentReading {
  const reading = readJsonText(text);
  if (reading.outcome === 'refused') {
    const isSyntax = reading.problems.some(({ where }) => where.startsWith('line '));
    if (!isSyntax) return { outcome: 'unreadable', problems: limitProblems(reading.problems.map(describeUnstorable)) };
    const problems = reading.problems.map(({ where, message }) => problemOf(`${where}: not valid JSON: ${message}`));
    return { outcome: 'unreadable', problems };
  }
  const repeated = findRepeatedProperties(text);
  return repeated.length > 0 ? unreadable(repeated) : reading;
}

/** JSON takes the last of two properties of one name in silence, which in a configuration is always a mistake. */
function findRepeatedProperties(text: string): Fault[] {
  const faults: Fault[] = [];
  const open: Set<string>[] = [];
  visitJson(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectEnd: () => {
      open.pop();
    },
    onObjectProperty: (name, _offset, _length, line, column) => {
      const names = open.at(-1);
      if (names?.has(name))
        faults.push({ line: line + 1, column: column + 1, message: `${quote(name)} is given twice` });
      names?.add(name);
    },
  });
  return faults;
}

function readYaml(text: string): DocumentReading {
  try {
    return readYamlDocument(text);
  } catch (error) {
    // The parser is recursive, and an alias inside of its own anchor has no value: both end in these errors.
    if (!(error instanceof RangeError || error instanceof ReferenceError)) throw error;
    return unreadable([
      { line: 0, column: 0, message: 'the document is nested too deep, or an alias contains itself' },
    ]);
  }
}

function readYamlDocument(text: string): DocumentReading {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    // The parser compares every key with every other; a set does it in one pass below.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const place = (offset: number): Pick<Fault, 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0) {
    return unreadable(syntax.map(({ pos, message }) => ({ ...place(pos[0]), message: `not valid YAML: ${message}` })));
  }
  const faults = findYamlFaults(document).map(({ offset, message }) => ({ ...place(offset), message }));
  if (faults.length > 0) return unreadable(faults);
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  if (measureExpanded(value, new Map()) > maxExpandedSize) {
    return unreadable([{ line: 0, column: 0, message: 'the document is over 1 MiB once its aliases are written out' }]);
  }
  const unstorable = findUnstorable(value);
  if (unstorable.length > 0)
    return { outcome: 'unreadable', problems: limitProblems(unstorable.map(describeUnstorable)) };
  return { outcome: 'read', value };
}

function findYamlFaults(document: Document.Parsed): { offset: number; message: string }[] {
  const faults: { offset: number; message: string }[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  visitYaml(document, {
    Alias: (_, alias) => {
      aliases += 1;
      const offset = alias.range?.[0] ?? 0;
      if (!anchors.has(alias.source)) faults.push({ offset, message: `*${alias.source} stands for nothing` });
      if (aliases <= maxAliases) return undefined;
      faults.push({ offset, message: `at most ${maxAliases} aliases are allowed` });
      return visitYaml.BREAK;
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.add(node.anchor);
      if (isMap(node)) faults.push(...findKeyFaults(node));
    },
  });
  return faults;
}

function findKeyFaults(map: YAMLMap): { offset: number; message: string }[] {
  const names = new Set<unknown>();
  return map.items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const offset = key.range?.[0] ?? 0;
    if (key.value === '<<' && key.type === 'PLAIN')
      return [{ offset, message: 'merge keys (<<) are not allowed: write the properties out' }];
    if (names.has(key.value)) return [{ offset, message: `${quote(key.value)} is given twice` }];
    names.add(key.value);
    return [];
  });
}

/** Characters that a value takes once written out; values that aliases share are measured once, and one inside of itself is endless. */
function measureExpanded(value: unknown, measured: Map<object, number>): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 4;
  const known = measured.get(value);
  if (known !== undefined) return known;
  measured.set(value, Number.POSITIVE_INFINITY);
  const size = Object.entries(value).reduce((sum, [name, item]) => {
    return sum + (Array.isArray(value) ? 1 : name.length + 3) + measureExpanded(item, measured);
  }, 2);
  measured.set(value, size);
  return size;
}

function unreadable(faults: readonly Fault[]): DocumentReading {
  const problems = faults.map(({ line, column, message }) =>
    problemOf(line === 0 ? message : `line ${line}, column ${column}: ${message}`),
  );
  return { outcome: 'unreadable', problems: limitProblems(problems) };
}

function problemOf(message: string): Problem {
  return { path: '', code: 'invalid_text', message };
}

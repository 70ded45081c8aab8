/** How a language writes values: what opens an object, closes the outermost one, and closes one within it; names; texts. */
export type LiteralSyntax = {
  object: readonly [opens: string, closes: string, closesWithin: string];
  /** An object without properties. */
  empty: string;
  name: (name: string) => string;
  text: (text: string) => string;
};

/** Writes a JSON object as a literal of a language. */
export function writeLiteral(object: object, syntax: LiteralSyntax, indent = ''): string {
  const [opens, closes, closesWithin] = syntax.object;
  if (Object.keys(object).length === 0) return syntax.empty;
  const within = `${indent}  `;
  const lines = Object.entries(object).map(
    ([name, value]) => `${within}${syntax.name(name)}: ${writeValue(value, syntax, within)},\n`,
  );
  return `${opens}\n${lines.join('')}${indent}${indent === '' ? closes : closesWithin}`;
}

function writeValue(value: unknown, syntax: LiteralSyntax, indent: string): string {
  if (typeof value === 'string') return syntax.text(value);
  if (Array.isArray(value)) return `[${value.map((entry) => writeValue(entry, syntax, indent)).join(', ')}]`;
  return typeof value === 'object' && value !== null ? writeLiteral(value, syntax, indent) : JSON.stringify(value);
}

import { encodeStatic, findHeaderFault } from './encode.ts';
import { checkFilters } from './filters.ts';
import { type JsonPlace, placeInJson } from './place-in-json.ts';
import { placeInUrl } from './place-in-url.ts';
import { resolveTag, suggestTag, type TagScope } from './tag-scope.ts';
import {
  type Fault,
  locateFaults,
  type Segment,
  type TagEncoding,
  type Template,
  type TemplateContext,
  type TemplateProblem,
} from './template.ts';
import { type TagToken, type Token, type Tokens, tokenise } from './tokenise.ts';

/** Near misses are looked up for so many unknown tags of a template: each costs a walk over all names. */
const maxSuggestions = 20;

/** A template that can be rendered, or every problem that it has. */
export type CompiledTemplate =
  | { outcome: 'compiled'; template: Template }
  | { outcome: 'refused'; problems: TemplateProblem[] };

type Compilation = {
  context: TemplateContext;
  scope: TagScope;
  segments: Segment[];
  faults: Fault[];
  suggestions: Map<string, string | undefined>;
};

/** Compiles a template for the place it goes to; lists every problem of its grammar, its tags and the text around them. */
export function compileTemplate(text: string, context: TemplateContext, scope: TagScope): CompiledTemplate {
  const read = tokenise(text);
  const { places, faults } = placeTags(text, read, context);
  const compilation: Compilation = {
    context,
    scope,
    segments: [],
    faults: [...read.faults, ...faults],
    suggestions: new Map(),
  };
  read.tokens.forEach((token, index) => {
    if (token.kind === 'text') addText(compilation, token.text);
    else if (token.kind === 'tag') addTag(compilation, token, places[index] ?? 'text');
  });
  if (compilation.faults.length > 0) return { outcome: 'refused', problems: locateFaults(text, compilation.faults) };
  return { outcome: 'compiled', template: { context, segments: compilation.segments } };
}

type Places = { places: readonly (TagEncoding | JsonPlace)[]; faults: readonly Fault[] };

function placeTags(text: string, { tokens, closed }: Tokens, context: TemplateContext): Places {
  switch (context) {
    case 'json':
      return placeInJson(text, tokens, closed);
    case 'url': {
      const { encodings, faults } = placeInUrl(tokens);
      return { places: encodings, faults };
    }
    case 'header':
      return { places: tokens.map(() => context), faults: tokens.flatMap(findHeaderFaults) };
    default:
      return { places: tokens.map(() => context), faults: [] };
  }
}

function findHeaderFaults(token: Token): Fault[] {
  const fault = token.kind === 'text' ? findHeaderFault(token.text) : undefined;
  return fault === undefined
    ? []
    : [{ message: `The header contains ${fault.what}`, offset: token.offset + fault.index }];
}

function addText({ segments, context }: Compilation, text: string): void {
  const written = encodeStatic(context, text);
  const last = segments.at(-1);
  if (last?.kind === 'text') segments[segments.length - 1] = { kind: 'text', text: last.text + written };
  else segments.push({ kind: 'text', text: written });
}

function addTag(compilation: Compilation, token: TagToken, place: TagEncoding | JsonPlace): void {
  const { scope, segments, faults } = compilation;
  const encoding = place === 'json-key' ? undefined : place;
  if (encoding === undefined)
    faults.push({ message: 'A tag may not stand in the name of a JSON property', offset: token.offset });
  const chain = checkFilters(token.filters, encoding);
  faults.push(...chain.faults);
  const resolved = resolveTag(scope, token.name);
  if (resolved.outcome === 'refused') {
    faults.push({ message: resolved.message, offset: token.offset });
  } else if (resolved.outcome === 'unknown') {
    faults.push({ message: describeUnknown(compilation, token.name), offset: token.offset });
  } else if (resolved.outcome === 'secret') {
    addSecret(compilation, token, resolved.name, encoding);
  } else if (encoding !== undefined) {
    const { filters, raw } = chain;
    segments.push({ kind: 'tag', path: resolved.path, source: token.name, encoding, filters, raw });
  }
}

function addSecret(
  { segments, faults }: Compilation,
  token: TagToken,
  name: string,
  encoding: TagEncoding | undefined,
): void {
  if (token.filters.length > 0) faults.push({ message: 'A secret takes no filter', offset: token.offset });
  if (encoding === 'json-value') {
    faults.push({ message: 'A secret may stand in JSON only inside a string: put it in quotes', offset: token.offset });
  } else if (encoding === 'xml') {
    faults.push({ message: 'A secret may not stand in an XML body', offset: token.offset });
  } else if (encoding !== undefined) {
    segments.push({ kind: 'secret', name, encoding });
  }
}

function describeUnknown({ scope, suggestions }: Compilation, name: string): string {
  if (!suggestions.has(name) && suggestions.size < maxSuggestions) suggestions.set(name, suggestTag(scope, name));
  const suggestion = suggestions.get(name);
  return `"${name}" is not a tag here${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`;
}

import * as z from 'zod';
import type { ProjectDocument } from '../document/schema.ts';
import { compileTemplate } from './compile.ts';
import type { TagScope } from './tag-scope.ts';

/** What a tag reads. */
export const TagKind = z.enum([
  'field',
  'ticket',
  'submitter',
  'member',
  'external',
  'variable',
  'secret',
  'project',
  'request',
  'other',
]);
export type TagKind = z.infer<typeof TagKind>;

/** A tag that a template can use; `tag` is ready to be inserted. */
export type ListedTag = {
  tag: string;
  path: string;
  /** Every name by which a tag can mean the path. */
  names: string[];
  kind: TagKind;
  label?: string;
  type?: string;
  everywhere: boolean;
  /** Where it works, unless that is everywhere. */
  note?: string;
};

/** What the tags are listed from: the scope of a macro's templates, and what labels and types are found in. */
export type TagListSource = {
  scope: TagScope;
  document: Pick<ProjectDocument, 'feedbackTypes' | 'externalDataGroups'>;
  target: 'ticket' | 'member';
  feedbackType?: string | undefined;
  secretNames: Iterable<string>;
};

/** Lists one entry for each path, in the order of the scope; then what is only known when a template is rendered. */
export function listTags(source: TagListSource): ListedTag[] {
  const { scope, secretNames } = source;
  const namesByPath = new Map<string, string[]>();
  for (const [name, paths] of scope.paths) {
    const [path, ...others] = paths;
    if (path === undefined) continue;
    const names = namesByPath.get(path) ?? [];
    namesByPath.set(path, names);
    if (others.length === 0 && canBeWritten(scope, name, path)) names.push(name);
  }
  return [
    ...[...namesByPath].map(([path, names]) => describeTag(source, path, names)),
    ...listPartial(source),
    ...[...secretNames].sort().map(describeSecret),
    requestTag,
  ];
}

function describeTag(source: TagListSource, path: string, names: string[]): ListedTag {
  const kind = kindOf(path);
  const facts = findFacts(source, path, kind);
  const byLabel = facts.label !== undefined && names.includes(facts.label) ? facts.label : undefined;
  const shortest = names.reduce((short, name) => (name.length < short.length ? name : short), path);
  return { tag: `((${byLabel ?? shortest}))`, path, names, kind, ...facts, everywhere: true };
}

/** Labels may hold what ends a tag, or what is a filter; such a name is no help to an author. */
function canBeWritten(scope: TagScope, name: string, path: string): boolean {
  const compiled = compileTemplate(`((${name}))`, 'text', scope);
  if (compiled.outcome === 'refused') return false;
  const [segment, ...others] = compiled.template.segments;
  return others.length === 0 && segment?.kind === 'tag' && segment.path === path && segment.filters.length === 0;
}

/** Fields that some feedback types lack: only a macro for one type can use them. */
function listPartial({ scope, document, target, feedbackType }: TagListSource): ListedTag[] {
  if (target === 'member' || feedbackType !== undefined) return [];
  const listed = new Set<string>();
  return document.feedbackTypes.flatMap(({ fields }) =>
    fields.flatMap(({ key, label, kind: type }): ListedTag[] => {
      const path = `field.${key}`;
      if (scope.paths.has(path) || listed.has(path)) return [];
      listed.add(path);
      const owners = document.feedbackTypes.filter((other) => other.fields.some((field) => field.key === key));
      const note = `only in macros whose feedbackType is ${owners.map((owner) => owner.key).join(' or ')}`;
      return [{ tag: `((${path}))`, path, names: [path], kind: 'field', label, type, everywhere: false, note }];
    }),
  );
}

function describeSecret(name: string): ListedTag {
  const path = `secret.${name}`;
  const note = 'in URLs, headers and auth; in a body only inside a JSON string or a form value; without filters';
  return { tag: `((${path}))`, path, names: [path], kind: 'secret', everywhere: false, note };
}

const requestTag: ListedTag = {
  tag: '((request./property))',
  path: 'request./property',
  names: ['request./property'],
  kind: 'request',
  everywhere: false,
  note: 'the body of the call that set the macro off, by JSON Pointer; empty where there was none',
};

function kindOf(path: string): TagKind {
  const [root = ''] = path.split('.');
  if (root === 'var') return 'variable';
  return TagKind.safeParse(root).data ?? 'other';
}

const typeOfPath: Readonly<Record<string, string>> = {
  'ticket.createdAt': 'dateTime',
  'ticket.updatedAt': 'dateTime',
  now: 'dateTime',
  'submitter.score': 'number',
  'member.score': 'number',
  'member.teams': 'list',
  attachments: 'list',
};

type FactSource = Pick<TagListSource, 'document' | 'target' | 'feedbackType'>;

/** What people call the value of a path; undefined where the document has no label for it. */
export function findLabel(source: FactSource, path: string): string | undefined {
  return findFacts(source, path, kindOf(path)).label;
}

function findFacts(source: FactSource, path: string, kind: TagKind): { label?: string; type?: string } {
  const { document, target, feedbackType } = source;
  if (kind === 'field') {
    const types = document.feedbackTypes.filter(({ key }) => feedbackType === undefined || key === feedbackType);
    const field = types.flatMap(({ fields }) => fields).find(({ key }) => path === `field.${key}`);
    return field === undefined ? {} : { label: field.label, type: field.kind };
  }
  const given = typeOfPath[path];
  if (given !== undefined) return { type: given };
  if (kind !== 'external' && kind !== 'submitter') return {};
  const holder = kind === 'external' ? target : 'member';
  for (const group of document.externalDataGroups) {
    const field = group.fields.find(({ key }) => group.target === holder && path === `${kind}.${group.key}.${key}`);
    if (field !== undefined) return { label: field.label, type: field.type };
  }
  return {};
}

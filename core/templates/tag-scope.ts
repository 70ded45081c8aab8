import { findNearMiss } from './near-miss.ts';

/** Which tags a template may use: every name and the canonical paths it could mean, more than one being ambiguous. */
export type TagScope = {
  paths: ReadonlyMap<string, readonly string[]>;
  /** Names that only some feedback types have, with the types that lack them. */
  missingFrom: ReadonlyMap<string, readonly string[]>;
  allowSecrets: boolean;
};

type Labelled = { readonly key: string; readonly label: string };

/** What a scope is built from; `feedbackTypes` are those whose tickets the macro may meet: its own, or all of the project's. */
export type TagScopeSource = {
  readonly target: 'ticket' | 'member';
  readonly feedbackTypes: readonly { readonly key: string; readonly fields: readonly Labelled[] }[];
  readonly externalDataGroups: readonly {
    readonly key: string;
    readonly target: 'ticket' | 'member';
    readonly fields: readonly Labelled[];
  }[];
  readonly variables: readonly string[];
  readonly allowSecrets: boolean;
};

/** A tag name, resolved. */
export type ResolvedTag =
  | { outcome: 'value'; path: string }
  | { outcome: 'secret'; name: string }
  | { outcome: 'unknown' }
  | { outcome: 'refused'; message: string };

const ticketPaths = [
  ...['id', 'type', 'url', 'workflow', 'status', 'team', 'createdAt', 'updatedAt'].map((name) => `ticket.${name}`),
  ...['email', 'name', 'score'].map((name) => `submitter.${name}`),
  'attachments',
];
const memberPaths = ['email', 'name', 'role', 'score', 'teams'].map((name) => `member.${name}`);
const pathsEverywhere = ['project.key', 'project.name', 'now'];
const shortForms: readonly [string, string][] = [
  ['status', 'ticket.status'],
  ['team', 'ticket.team'],
  ['workflow', 'ticket.workflow'],
  ['submitter', 'submitter.email'],
];

/** The tags of a macro over tickets or members. */
export function ticketTagScope(source: TagScopeSource): TagScope {
  const paths = new Map<string, string[]>();
  const missingFrom = new Map<string, string[]>();
  const add = (name: string, path: string) => {
    const meant = paths.get(name);
    if (meant === undefined) paths.set(name, [path]);
    else if (!meant.includes(path)) meant.push(path);
  };
  for (const path of pathsEverywhere) add(path, path);
  for (const name of source.variables) add(`var.${name}`, `var.${name}`);
  addExternalData(source, add);
  if (source.target === 'member') {
    for (const path of memberPaths) add(path, path);
  } else {
    for (const path of ticketPaths) add(path, path);
    for (const [name, path] of shortForms) add(name, path);
    addFields(source, paths, missingFrom, add);
  }
  return { paths, missingFrom, allowSecrets: source.allowSecrets };
}

function addExternalData(source: TagScopeSource, add: (name: string, path: string) => void): void {
  for (const group of source.externalDataGroups) {
    for (const field of group.fields) {
      const short = `${group.key}.${field.key}`;
      if (group.target === source.target) {
        const names = [`external.${short}`, short, field.label];
        if (source.target === 'member') names.push(`member.${short}`);
        for (const name of names) add(name, `external.${short}`);
      } else if (group.target === 'member') {
        add(`submitter.${short}`, `submitter.${short}`);
      }
    }
  }
}

/** A field's names count where every feedback type has them, because the macro may meet a ticket of any. */
function addFields(
  source: TagScopeSource,
  paths: ReadonlyMap<string, string[]>,
  missingFrom: Map<string, string[]>,
  add: (name: string, path: string) => void,
): void {
  const namesByType = source.feedbackTypes.map(({ key, fields }) => ({
    key,
    names: new Set(fields.flatMap((field) => [field.key, field.label, `field.${field.key}`])),
  }));
  for (const field of source.feedbackTypes.flatMap((type) => type.fields)) {
    for (const name of [field.key, field.label, `field.${field.key}`]) {
      const missing = namesByType.filter(({ names }) => !names.has(name)).map(({ key }) => key);
      if (missing.length === 0 || paths.has(name)) add(name, `field.${field.key}`);
      else missingFrom.set(name, missing);
    }
  }
}

/** Finds what a tag's name means; the message of a refusal names what the author can write instead. */
export function resolveTag(scope: TagScope, name: string): ResolvedTag {
  const [path, ...others] = scope.paths.get(name) ?? [];
  if (path !== undefined && others.length === 0) return { outcome: 'value', path };
  if (path !== undefined) return refused(`"${name}" is ambiguous: write ${[path, ...others].join(' or ')}`);
  if (name.startsWith('secret.')) return resolveSecret(scope, name.slice('secret.'.length));
  if (name.startsWith('request.')) return resolveRequest(name);
  const missing = scope.missingFrom.get(name);
  if (missing !== undefined) {
    return refused(`"${name}" is no field of feedback type ${missing.map((key) => `"${key}"`).join(', ')}`);
  }
  return { outcome: 'unknown' };
}

function resolveSecret(scope: TagScope, name: string): ResolvedTag {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name)) return refused(`"${name}" cannot be the name of a secret`);
  return scope.allowSecrets ? { outcome: 'secret', name } : refused('A secret may not be used here');
}

function resolveRequest(name: string): ResolvedTag {
  const pointer = name.slice('request.'.length);
  if (/^(?:\/(?:[^~/]|~[01])*)*$/.test(pointer)) return { outcome: 'value', path: name };
  return refused(`"${pointer}" is not a JSON Pointer: write ((request./property))`);
}

function refused(message: string): ResolvedTag {
  return { outcome: 'refused', message };
}

/** The name that an unknown tag most likely meant, in a form that can be written as a tag. */
export function suggestTag(scope: TagScope, name: string): string | undefined {
  const nearest = findNearMiss(name, [...scope.paths.keys()]);
  if (nearest === undefined) return undefined;
  return /[|]|\(\(|\)\)|\)$/.test(nearest) ? scope.paths.get(nearest)?.[0] : nearest;
}

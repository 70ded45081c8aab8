import { type TagScope, ticketTagScope } from '../templates/tag-scope.ts';
import { readKeys, readList, readProperty, readText } from './raw-document.ts';

/** The lists of a document whose elements others refer to by key. */
type NamedList = 'teams' | 'feedbackTypes' | 'externalDataGroups' | 'filters' | 'macros' | 'externalListeners';

/**
 * The names that a document gives to its parts. They are read from the input itself, so that a part that has a problem
 * of its own still counts as there, and what refers to it is not reported as well.
 */
export type DocumentNames = {
  of: (list: NamedList) => string[];
  /** The fields of a feedback type; without one, those that every type has. */
  fields: (feedbackType: string | undefined) => string[];
  /** The workflows of a feedback type; without one, those that every type has. */
  workflows: (feedbackType: string | undefined) => string[];
  /** The statuses of one workflow, or of any where none is named; without a feedback type, those that every type has. */
  statuses: (feedbackType: string | undefined, workflow?: string) => string[];
  /** The tags that a macro over these records may use; without a feedback type only what every type has. */
  tags: (target: 'ticket' | 'member', feedbackType: string | undefined) => TagScope;
};

/** Collects the names of a document that may be wrong in any way. */
export function readDocumentNames(input: unknown): DocumentNames {
  const types = readList(input, 'feedbackTypes');
  const inEveryType = (key: string | undefined, read: (type: unknown) => string[]): string[] => {
    const [first, ...others] = (key === undefined ? types : pick(types, key)).map((type) => new Set(read(type)));
    return [...(first ?? [])].filter((name) => others.every((names) => names.has(name)));
  };
  return {
    of: remember((list: NamedList) => readKeys(readList(input, list))),
    fields: remember((key: string | undefined) => inEveryType(key, (type) => readKeys(readList(type, 'fields')))),
    workflows: remember((key: string | undefined) => inEveryType(key, (type) => readKeys(readList(type, 'workflows')))),
    statuses: remember((key: string | undefined, workflow?: string) =>
      inEveryType(key, (type) => {
        const all = readList(type, 'workflows');
        const chosen = workflow === undefined ? all : pick(all, workflow);
        return chosen.flatMap((one) => readKeys(readList(one, 'statuses')));
      }),
    ),
    tags: remember((target: 'ticket' | 'member', key: string | undefined) => buildScope(input, target, key)),
  };
}

/** Reading goes over the whole list each time, so each answer is kept. */
function remember<Question extends (string | undefined)[], Answer>(
  read: (...question: Question) => Answer,
): (...question: Question) => Answer {
  const answers = new Map<string, Answer>();
  return (...question) => {
    const name = JSON.stringify(question);
    const answer = answers.get(name) ?? read(...question);
    answers.set(name, answer);
    return answer;
  };
}

function pick(list: readonly unknown[], key: string): unknown[] {
  return list.filter((element) => readText(element, 'key') === key);
}

function buildScope(input: unknown, target: 'ticket' | 'member', feedbackType: string | undefined): TagScope {
  const types = readList(input, 'feedbackTypes');
  const chosen = feedbackType === undefined ? types : pick(types, feedbackType);
  const groups = readList(input, 'externalDataGroups');
  const variables = readProperty(input, 'variables');
  return ticketTagScope({
    target,
    feedbackTypes: chosen.flatMap(readLabelledList),
    externalDataGroups: groups.flatMap((group) => {
      const of = readText(group, 'target');
      return of === 'ticket' || of === 'member' ? readLabelledList(group).map((list) => ({ ...list, target: of })) : [];
    }),
    variables: typeof variables === 'object' && variables !== null ? Object.keys(variables) : [],
    allowSecrets: true,
  });
}

/** A keyed object and its fields, as far as they have keys; a field without a label is found by its key alone. */
function readLabelledList(owner: unknown): { key: string; fields: { key: string; label: string }[] }[] {
  const key = readText(owner, 'key');
  if (key === undefined) return [];
  const fields = readList(owner, 'fields').flatMap((field) => {
    const fieldKey = readText(field, 'key');
    return fieldKey === undefined ? [] : [{ key: fieldKey, label: readText(field, 'label') ?? fieldKey }];
  });
  return [{ key, fields }];
}

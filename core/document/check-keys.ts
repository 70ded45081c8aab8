import { type Checking, findRepeated } from './checking.ts';
import type { ExternalDataField, Field } from './schema.ts';

/** Short tags for the ticket's own values (product.md, "Dynamic tags"): a field of that name could not be told apart. */
const shortTags = ['status', 'team', 'workflow', 'submitter'];
/** First words of paths, and tags of one word: a group of that name would hide them. */
const firstWords = [
  ...['ticket', 'field', 'member', 'project', 'external', 'var', 'secret', 'request', 'attachments', 'now'],
  ...shortTags,
];

type Labelled = { path: (string | number)[]; key: string; label: string };

/** Checks that names are unique where they have to be, and that none stands in the way of a tag. */
export function checkKeys(checking: Checking): void {
  const { document, context, report } = checking;
  if (document.project.key !== context.projectKey) {
    const message = `"${document.project.key}" is not the project of this URL, which is "${context.projectKey}"`;
    report(['project', 'key'], 'invalid_choice', message);
  }
  checkUnique(checking, ['teams'], document.teams);
  checkUnique(checking, ['feedbackTypes'], document.feedbackTypes);
  checkUnique(checking, ['externalDataGroups'], document.externalDataGroups);
  checkUnique(checking, ['filters'], document.filters);
  checkUnique(checking, ['macros'], document.macros);
  checkUnique(checking, ['automations'], document.automations);
  checkUnique(checking, ['dataPackages'], document.dataPackages);
  checkUnique(checking, ['recordLookups'], document.recordLookups);
  checkEndpointNames(checking, 'externalSources');
  checkEndpointNames(checking, 'externalListeners');
  findRepeated(
    document.members,
    ({ email }) => email,
    (index, first, email) =>
      report(['members', index, 'email'], 'duplicate_choice', `"${email}" is listed already, as members[${first}]`),
  );
  checkIdPrefixes(checking);
  checkFieldNames(checking);
}

function checkUnique({ report }: Checking, path: readonly (string | number)[], list: readonly { key: string }[]): void {
  findRepeated(
    list,
    ({ key }) => key,
    (index, first, key) =>
      report([...path, index, 'key'], 'duplicate_choice', `"${key}" is the key of entry ${first} of this list already`),
  );
}

/** Sources and listeners answer at the URLs of their keys and of their aliases. */
function checkEndpointNames({ document, report }: Checking, list: 'externalSources' | 'externalListeners'): void {
  const endpoints: readonly { key: string; aliases: readonly string[] }[] = document[list];
  const names = [
    ...endpoints.map(({ key }, index) => ({ key, owner: index, path: [list, index, 'key'] })),
    ...endpoints.flatMap(({ aliases }, index) =>
      aliases.map((key, place) => ({ key, owner: index, path: [list, index, 'aliases', place] })),
    ),
  ];
  findRepeated(
    names,
    ({ key }) => key,
    (index, first, key) => {
      const message = `"${key}" is a key or an alias of ${list}[${names[first]?.owner}] already`;
      report(names[index]?.path ?? [], 'duplicate_choice', message);
    },
  );
}

function checkIdPrefixes({ document, context, report }: Checking): void {
  findRepeated(
    document.feedbackTypes,
    ({ idPrefix }) => idPrefix,
    (index, first, idPrefix) => {
      const message = `"${idPrefix}" is the id prefix of feedback type "${document.feedbackTypes[first]?.key}" already`;
      report(['feedbackTypes', index, 'idPrefix'], 'duplicate_choice', message);
    },
  );
  document.feedbackTypes.forEach(({ key, idPrefix }, index) => {
    const owner = context.idPrefixesInUse?.get(idPrefix);
    if (owner === undefined || owner === key) return;
    const message = `"${idPrefix}" belonged to feedback type "${owner}", whose ticket ids stay taken for ever: choose another`;
    report(['feedbackTypes', index, 'idPrefix'], 'duplicate_choice', message);
  });
}

/** Field keys and labels are tags, so each may mean one thing only. */
function checkFieldNames(checking: Checking): void {
  const { document, report } = checking;
  const external = { ticket: [] as Labelled[], member: [] as Labelled[] };
  document.externalDataGroups.forEach((group, index) => {
    const path = ['externalDataGroups', index];
    checkUnique(checking, [...path, 'fields'], group.fields);
    external[group.target].push(...labelledFields(path, group.fields));
    if (!firstWords.includes(group.key)) return;
    report([...path, 'key'], 'not_allowed', `"${group.key}" is the first word of other tags: choose another key`);
  });
  checkLabels(checking, external.ticket, []);
  checkLabels(checking, external.member, []);
  document.feedbackTypes.forEach((type, index) => {
    const path = ['feedbackTypes', index];
    checkUnique(checking, [...path, 'fields'], type.fields);
    checkLabels(checking, labelledFields(path, type.fields), external.ticket);
    type.fields.forEach(({ key }, place) => {
      if (!shortTags.includes(key)) return;
      const message = `"${key}" is a tag for the ticket's own ${key}: choose another key`;
      report([...path, 'fields', place, 'key'], 'not_allowed', message);
    });
  });
}

function labelledFields(path: (string | number)[], fields: readonly (Field | ExternalDataField)[]): Labelled[] {
  return fields.map(({ key, label }, index) => ({ path: [...path, 'fields', index, 'label'], key, label }));
}

/** Reports labels that another field of the same records has as label, or a feedback type's other field as key. */
function checkLabels({ report }: Checking, fields: readonly Labelled[], external: readonly Labelled[]): void {
  findRepeated(
    fields,
    ({ label }) => label,
    (index, first) => reportAmbiguous(fields[index], `field "${fields[first]?.key}" has it too`),
  );
  const isFeedbackType = fields[0]?.path[0] === 'feedbackTypes';
  const keys = new Set(isFeedbackType ? fields.map(({ key }) => key) : []);
  const externalLabels = new Set(external.map(({ label }) => label));
  for (const field of fields) {
    const { key, label } = field;
    if (shortTags.includes(label)) reportAmbiguous(field, `((${label})) is a tag for the ticket's own ${label}`);
    if (label !== key && keys.has(label)) reportAmbiguous(field, 'it is the key of another field');
    if (externalLabels.has(label)) reportAmbiguous(field, 'an external data field has it too');
    else if (externalLabels.has(key)) reportAmbiguous(field, `an external data field has the label "${key}"`);
  }

  function reportAmbiguous(field: Labelled | undefined, reason: string): void {
    if (field !== undefined) report(field.path, 'duplicate_choice', `label "${field.label}" is ambiguous: ${reason}`);
  }
}

import type { Macro, ProjectDocument } from '../document/schema.ts';
import { type TagScope, ticketTagScope } from '../templates/tag-scope.ts';

/** Scopes follow from the document alone and cost more than rendering, so each is built once per loaded document. */
const built = new WeakMap<ProjectDocument, Map<string, TagScope>>();

/** The names by which filters and tags read tickets of one feedback type, or of all where none is given. */
export function scopeOfTickets(document: ProjectDocument, feedbackType: string | undefined): TagScope {
  return remembered(document, `ticket/${feedbackType ?? ''}`, () =>
    ticketTagScope({
      target: 'ticket',
      feedbackTypes: document.feedbackTypes.filter(({ key }) => feedbackType === undefined || key === feedbackType),
      externalDataGroups: document.externalDataGroups,
      variables: Object.keys(document.variables),
      allowSecrets: true,
    }),
  );
}

/** The names by which filters and tags read members. */
export function scopeOfMembers(document: ProjectDocument): TagScope {
  return remembered(document, 'member', () =>
    ticketTagScope({
      target: 'member',
      feedbackTypes: [],
      externalDataGroups: document.externalDataGroups,
      variables: Object.keys(document.variables),
      allowSecrets: true,
    }),
  );
}

/** The names by which a macro's tags read its target. */
export function scopeOfMacro(document: ProjectDocument, macro: Macro): TagScope {
  return macro.target === 'feedback' ? scopeOfTickets(document, macro.feedbackType) : scopeOfMembers(document);
}

function remembered(document: ProjectDocument, name: string, build: () => TagScope): TagScope {
  const scopes = built.get(document) ?? new Map<string, TagScope>();
  built.set(document, scopes);
  const scope = scopes.get(name) ?? build();
  scopes.set(name, scope);
  return scope;
}

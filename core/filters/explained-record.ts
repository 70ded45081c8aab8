import type { ProjectDocument } from '../document/schema.ts';
import { findPath, recordSubject } from '../macros/record-subject.ts';
import { findLabel } from '../templates/list-tags.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import type { ExplainedSubject } from './explain-filter.ts';

/** What people call the values of a record that have no label in the document. */
const names: ReadonlyMap<string, string> = new Map([
  ['ticket.id', 'Ticket id'],
  ['ticket.type', 'Feedback type'],
  ['ticket.workflow', 'Workflow'],
  ['ticket.status', 'Status'],
  ['ticket.team', 'Team'],
  ['ticket.createdAt', 'Created at'],
  ['ticket.updatedAt', 'Updated at'],
  ['submitter.email', 'Submitter'],
  ['submitter.name', "Submitter's name"],
  ['submitter.score', "Submitter's score"],
  ['member.email', 'E-mail'],
  ['member.name', 'Name'],
  ['member.role', 'Role'],
  ['member.score', 'Score'],
  ['member.teams', 'Teams'],
  ['attachments', 'Attachments'],
]);

/** A record as filters see it, with what people call its values. */
export function explainedRecord(
  document: ProjectDocument,
  context: RecordContext,
  changedPaths?: ReadonlySet<string>,
): ExplainedSubject {
  const target = 'ticket' in context ? 'ticket' : 'member';
  const feedbackType = 'ticket' in context ? context.ticket.feedbackType : undefined;
  return {
    ...recordSubject(document, context, changedPaths),
    label: (name) => {
      const path = findPath(document, context, name);
      if (path === undefined) return name;
      return findLabel({ document, target, feedbackType }, path) ?? names.get(path) ?? name;
    },
  };
}

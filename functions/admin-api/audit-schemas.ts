import { AuditEntry } from '../../core/audit.ts';
import { Key } from '../../core/document/schema-names.ts';
import { PageQuery, pageOf } from './schemas.ts';

/** What the list of changes can be asked. */
export const AuditQuery = PageQuery.extend({
  project: Key.optional().describe('Only what was changed in this project, also one that is no more.'),
});

export const AuditPage = pageOf('AuditPage', AuditEntry);

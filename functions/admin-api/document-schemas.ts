import * as z from 'zod';
import { DocumentVersion } from '../../adapters/dynamodb/document-versions.ts';
import { ListedProject } from '../../adapters/dynamodb/projects.ts';
import { changeKinds } from '../../core/document/diff-documents.ts';
import { Key, Name } from '../../core/document/schema-names.ts';
import { pageOf } from './schemas.ts';

const maxVersion = 999_999_999;

/** One difference between two documents. */
const ShownDocumentChange = z
  .object({
    kind: z.enum(changeKinds).describe('`moved`: a list was put in another order, and nothing else.'),
    path: z.string().describe('Entries of lists by their key: `externalSources[appcrashlog].name`.'),
    from: z.unknown().optional().describe('Absent where something was added.'),
    to: z.unknown().optional().describe('Absent where something was removed.'),
  })
  .meta({ id: 'DocumentChange' });

const MoreChanges = z.int().optional().describe('How many further changes there are: an answer holds some megabytes.');

const NotYet = z.array(z.string()).describe('Parts that are accepted and have no effect yet.');

/** The answer to a document that was applied, or would have been. */
export const AppliedDocument = z
  .object({
    version: z.int().describe('The version in force; 0 where a dry run would make the project.'),
    dryRun: z.literal(true).optional(),
    changes: z.array(ShownDocumentChange),
    moreChanges: MoreChanges,
    notYet: NotYet,
    warnings: z.array(z.string()),
  })
  .meta({ id: 'AppliedDocument' });
export type AppliedDocument = z.infer<typeof AppliedDocument>;

export const DocumentVersionPage = pageOf('DocumentVersionPage', DocumentVersion);

/** With which version one is compared. */
export const ComparisonQuery = z.object({
  against: z.coerce
    .number()
    .int()
    .min(0)
    .max(maxVersion)
    .optional()
    .describe('A version; the one before unless given, 0 is nothing at all.'),
});

/** What changed from one version to another. */
export const DocumentComparison = z
  .object({ version: z.int(), against: z.int(), changes: z.array(ShownDocumentChange), moreChanges: MoreChanges })
  .meta({ id: 'DocumentComparison' });

/** The project that is made from another one's document. */
export const ProjectCopy = z
  .strictObject({
    key: Key.describe('The key of the new project.'),
    name: Name.optional().describe('Its name; that of the other one unless given.'),
    members: z.boolean().default(false).describe('Whether the members come along, with their roles and teams.'),
  })
  .meta({ id: 'ProjectCopy' });

/** A project that was made from another one's document. */
export const CopiedProject = ListedProject.extend({
  notYet: NotYet,
  warnings: z.array(z.string()).describe('What is still missing, such as secrets.'),
}).meta({ id: 'CopiedProject' });

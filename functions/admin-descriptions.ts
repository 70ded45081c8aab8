import * as z from 'zod';
import { ListedApiKey } from '../adapters/dynamodb/api-keys.ts';
import { ProjectDocument } from '../core/document/schema.ts';
import { Comment } from '../core/records/comment.ts';
import { ShownTicket } from '../core/tickets/ticket.ts';
import { AuditPage, AuditQuery } from './admin-api/audit-schemas.ts';
import {
  AppliedDocument,
  ComparisonQuery,
  CopiedProject,
  DocumentComparison,
  DocumentVersionPage,
  ProjectCopy,
} from './admin-api/document-schemas.ts';
import { ExplainQuery, Explanation } from './admin-api/explain-schemas.ts';
import { ProjectRemoval } from './admin-api/project-removal.ts';
import {
  ActivityPage,
  ActivityQuery,
  ApiKeyChange,
  ApiKeyPage,
  ApplyQuery,
  ChangePage,
  CommentPage,
  CreatedApiKey,
  DocumentQuery,
  EntriesQuery,
  KeyRotation,
  NewApiKey,
  NewSecret,
  PageQuery,
  ProjectPage,
  SecretPage,
  ShownProject,
  TicketPage,
  TicketsQuery,
} from './admin-api/schemas.ts';
import { SourceSnippets } from './admin-api/snippet-schemas.ts';
import {
  MacroTest,
  PreviewedTemplate,
  TagList,
  TagsQuery,
  TemplatePreview,
  TestedWebhook,
} from './admin-api/template-schemas.ts';
import { TicketActions } from './admin-api/ticket-actions.ts';
import { NewComment, TicketEdit } from './admin-api/ticket-schemas.ts';
import { erase, get, json, Location, list, remove } from './describe-route.ts';
import { memberDescriptions } from './member-descriptions.ts';
import { quarantineDescriptions } from './quarantine-descriptions.ts';
import type { RouteDescription } from './route-descriptions.ts';
import type { RouteName, routes } from './routes.ts';
import { workDescriptions } from './work-descriptions.ts';

/** The names of the routes for people and tools. */
type AdminRouteName = {
  [Name in RouteName]: (typeof routes)[Name]['handledBy'] extends 'admin-api' ? Name : never;
}[RouteName];

const documentExample = {
  project: { key: 'apollo', name: 'Apollo Beta' },
  teams: [{ key: 'support', name: 'Support' }],
  feedbackTypes: [
    {
      key: 'issues',
      name: 'Issue',
      idPrefix: 'BUG',
      idDigits: 4,
      fields: [{ key: 'summary', label: 'Summary', kind: 'text', required: true }],
      workflows: [{ key: 'default', name: 'Default', statuses: [{ key: 'New', team: 'support' }] }],
    },
  ],
};

// What is answered is what can be applied: answers refer to the schema of requests, defaults not filled in.
const givenDocument = { schema: ProjectDocument.meta({ id: 'ProjectDocument' }), example: documentExample };
const shownDocument = { schema: { $ref: '#/components/schemas/ProjectDocument' }, example: documentExample };

const ETag = z.object({ ETag: z.string().describe('The version, for `If-Match`; the same for every representation.') });

/** The descriptions of the routes below /admin/v1, by their names. */
export const adminDescriptions: Readonly<Record<AdminRouteName, RouteDescription>> = {
  'list-projects': list('Projects', 'List the projects', 'By key.', PageQuery, ProjectPage, [401, 403, 400, 503]),
  'get-project': get('Projects', 'Get a project', ShownProject),
  'delete-project': {
    ...erase(
      'Projects',
      'Delete an archived project',
      'It is hidden at once. The run removes everything of it, beginning some 70 seconds later; until it is done the key stays taken. The run stays readable for administrators.',
      [401, 403, 404, 413, 415, 400, 409, 503],
    ),
    body: json(ProjectRemoval, { key: 'apollo' }),
  },
  'get-document': {
    tag: 'Projects',
    summary: 'Get the project document',
    description:
      'As it was applied: what is answered can be applied again as it is. YAML with `Accept: application/yaml`.',
    query: DocumentQuery,
    answers: {
      200: {
        description: 'The document.',
        headers: ETag,
        content: { 'application/json': shownDocument, 'application/yaml': shownDocument },
      },
    },
    refusals: [401, 403, 404, 400, 503],
  },
  'put-document': {
    tag: 'Projects',
    summary: 'Apply a project document',
    description:
      'Replaces the configuration as a whole, and makes the project where there is none. Every problem is listed at once, its path in `parameter`; a document with a problem changes nothing.',
    query: ApplyQuery,
    headers: z.object({
      'If-Match': z
        .string()
        .optional()
        .describe('The `ETag` of the version that is replaced; a new project and a dry run need none.'),
    }),
    body: { 'application/json': givenDocument, 'application/yaml': givenDocument },
    answers: {
      200: { description: 'What changed, or would change.', headers: ETag.partial(), content: json(AppliedDocument) },
    },
    refusals: [401, 403, 404, 413, 415, 428, 412, 400, 409, 503],
  },
  'list-document-versions': list(
    'Projects',
    "List the versions of a project's document",
    'Newest first; superseded ones are kept for 90 days.',
    PageQuery,
    DocumentVersionPage,
  ),
  'get-document-version': {
    tag: 'Projects',
    summary: 'Get the project document as it was',
    description: 'Apply it to restore it, with `If-Match` of the version in force. Members are no part of it.',
    answers: {
      200: {
        description: 'The document.',
        content: { 'application/json': shownDocument, 'application/yaml': shownDocument },
      },
    },
    refusals: [401, 403, 404, 503],
  },
  'compare-document-versions': {
    tag: 'Projects',
    summary: 'Compare two versions of the project document',
    query: ComparisonQuery,
    answers: { 200: { description: 'What changed.', content: json(DocumentComparison) } },
    refusals: [401, 403, 404, 400, 503],
  },
  'copy-project': {
    tag: 'Projects',
    summary: "Make a project from another one's document",
    description:
      'Secrets never come along: `warnings` names those that are missing. Members come only where `members` says so, but for those whom sources need as default submitters.',
    body: json(ProjectCopy, { key: 'apollo-2', name: 'Apollo 2' }),
    answers: {
      201: { description: 'The new project.', headers: Location.extend(ETag.shape), content: json(CopiedProject) },
    },
    refusals: [401, 403, 404, 413, 415, 400, 409, 503],
  },
  'archive-project': {
    ...get('Projects', 'Archive a project', ShownProject),
    description:
      'It stays readable. Its sources and listeners are no more, schedules do not run, and what would begin or change something answers 409; what was begun before ends. In force within 10 seconds.',
  },
  'unarchive-project': {
    ...get('Projects', 'Bring an archived project back', ShownProject),
    description: 'As it was; schedules go on with their next time.',
  },
  'list-project-audit': list(
    'Projects',
    'List who changed what in a project',
    'Newest first, for 400 days. Only calls that succeeded and changed something.',
    PageQuery,
    AuditPage,
  ),
  'list-audit': list(
    'Projects',
    'List who changed what',
    'Newest first, for 400 days, in all projects and of the community itself.',
    AuditQuery,
    AuditPage,
    [401, 403, 400, 503],
  ),
  'show-snippets': get('Sources', 'Show code that sends a report', SourceSnippets),
  'show-postman': {
    tag: 'Sources',
    summary: 'Get a Postman collection',
    description:
      'All sources and listeners, with examples and the variables `baseUrl` and `apiKey`; import it as it is.',
    answers: { 200: { description: 'The collection, in format 2.1.0.', content: json(z.looseObject({})) } },
    refusals: [401, 403, 404, 503],
  },
  'list-secrets': list('Secrets', 'List the secrets', 'By name, never with their values.', PageQuery, SecretPage),
  'put-secret': {
    tag: 'Secrets',
    summary: 'Set a secret',
    description: 'Secrets can be written and used, never read.',
    body: json(NewSecret, { value: 'dXNlcjp0b2tlbg==', hosts: ['example.atlassian.net'] }),
    answers: { 204: { description: 'It is set, and takes effect within 10 seconds.' } },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'delete-secret': remove('Secrets', 'Delete a secret', 'Webhooks that name it fail from now on.'),
  'list-tickets': list('Tickets', 'List tickets', 'Oldest first unless turned.', TicketsQuery, TicketPage),
  'get-ticket': {
    tag: 'Tickets',
    summary: 'Get a ticket',
    answers: { 200: { description: 'As it is now.', headers: ETag, content: json(ShownTicket) } },
    refusals: [401, 403, 404, 503],
  },
  'change-ticket': {
    tag: 'Tickets',
    summary: 'Change a ticket',
    description:
      'What is not named stays; null takes a value away. All that the change sets off is stored with it; one that changes nothing makes no new version. Support may change the state alone.',
    headers: z.object({ 'If-Match': z.string().describe('The `ETag` of the ticket as it was read.') }),
    body: json(TicketEdit, { state: { status: 'Open' }, fields: { severity: 'High', description: null } }),
    answers: { 200: { description: 'The ticket afterwards.', headers: ETag, content: json(ShownTicket) } },
    refusals: [401, 403, 404, 413, 415, 428, 412, 400, 503],
  },
  'delete-ticket': erase(
    'Tickets',
    'Delete a ticket',
    'It is gone at once. The run clears away what hangs on it: comments, files, history, and what was sent for it.',
  ),
  'list-ticket-history': list(
    'Tickets',
    "List a ticket's history",
    'What changed and why, newest first unless turned.',
    EntriesQuery,
    ChangePage,
  ),
  'comment-on-ticket': comment('Tickets', 'ticket'),
  'list-ticket-comments': list(
    'Tickets',
    'List the comments on a ticket',
    'Newest first unless turned.',
    EntriesQuery,
    CommentPage,
  ),
  'download-attachment': {
    tag: 'Tickets',
    summary: 'Download a file',
    description: 'Leads to the file for 5 minutes. It is sent to be saved, whatever type its sender gave it.',
    answers: { 302: { description: 'Where the file is.', headers: Location } },
    refusals: [401, 403, 404, 409, 503],
  },
  'delete-attachment': remove('Tickets', 'Delete a file', 'Links to it end. One that is still coming is aborted.'),
  'list-ticket-actions': {
    ...get('Tickets', "List a ticket's actions", TicketActions),
    description:
      'The macros that are shown to the teams of support, and all that are shown at all to who manages the project.',
  },
  'explain-ticket': explain('Tickets', 'ticket'),
  ...memberDescriptions,
  'list-member-history': list(
    'Members',
    "List a member's history",
    'What changed and why, newest first unless turned.',
    EntriesQuery,
    ChangePage,
  ),
  'comment-on-member': comment('Members', 'member'),
  'list-member-comments': list(
    'Members',
    'List the comments on a member',
    'Newest first unless turned.',
    EntriesQuery,
    CommentPage,
  ),
  'explain-member': explain('Members', 'member'),
  ...workDescriptions,
  ...quarantineDescriptions,
  'test-macro': {
    tag: 'Macros',
    summary: 'Try a webhook of a macro with a record',
    description:
      'Shows the request as it would be sent, secrets as the tags that name them; with `send` it is sent as well, once, on the path of every webhook. The record stays as it is either way.',
    body: json(MacroTest, { ticket: 'BUG-0001' }),
    answers: {
      200: { description: 'The request, or why there is none; nothing was sent.', content: json(TestedWebhook) },
      202: { description: 'The request; its delivery is on its way.', headers: Location, content: json(TestedWebhook) },
    },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'list-tags': {
    tag: 'Templates',
    summary: 'List the tags and filters',
    description: 'What templates of a macro can use, for editors to complete; of secrets only the names that are set.',
    query: TagsQuery,
    answers: { 200: { description: 'The list.', content: json(TagList) } },
    refusals: [401, 403, 404, 400, 503],
  },
  'preview-template': {
    tag: 'Templates',
    summary: 'Render a template for a record',
    description: 'Problems of the template are listed with line and column.',
    body: json(TemplatePreview, { template: '[((ticket.id))] ((Summary))', context: 'text', ticket: 'BUG-0001' }),
    answers: { 200: { description: 'The text, or why there is none.', content: json(PreviewedTemplate) } },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'list-api-keys': list('API keys', 'List the API keys', 'By prefix.', PageQuery, ApiKeyPage, [401, 403, 400, 503]),
  'create-api-key': {
    tag: 'API keys',
    summary: 'Create an API key',
    body: json(NewApiKey, { prefix: 'mobile', name: 'Mobile app' }),
    answers: {
      201: { description: 'The key; it is shown this once.', headers: Location, content: json(CreatedApiKey) },
    },
    refusals: [401, 403, 413, 415, 400, 409, 503],
  },
  'get-api-key': get('API keys', 'Get an API key', ListedApiKey),
  'change-api-key': {
    tag: 'API keys',
    summary: 'Change an API key',
    description: 'What is not named stays as it is; null takes a setting away. It is in force within 10 seconds.',
    body: json(ApiKeyChange, { enabled: false, maxPerMinute: 60 }),
    answers: { 200: { description: 'The key as it is now.', content: json(ListedApiKey) } },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'rotate-api-key': {
    tag: 'API keys',
    summary: "Replace an API key's secret",
    description:
      'The new one works at once, the old one for as long as `overlap` says: 24 hours unless it says otherwise.',
    body: json(KeyRotation, { overlap: '7d' }),
    answers: { 200: { description: 'The key with its new secret, shown this once.', content: json(CreatedApiKey) } },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'list-project-activity': list(
    'Projects',
    'List what crossed in a project',
    'Newest first, for 30 days: with the API keys that its document names, and by callers who only sign. A page looks through some days: it may hold few entries and still have a cursor.',
    ActivityQuery,
    ActivityPage,
  ),
  'list-key-activity': list(
    'API keys',
    'List what crossed with an API key',
    'Newest first, for 30 days. A page looks through a week: it may hold few entries and still have a cursor.',
    ActivityQuery,
    ActivityPage,
    [401, 403, 404, 400, 503],
  ),
  'delete-api-key': remove('API keys', 'Delete an API key', 'It stops working within 10 seconds.'),
};

function comment(tag: string, record: string): RouteDescription {
  return {
    tag,
    summary: `Comment on a ${record}`,
    description: 'All that it sets off is stored with it: a comment is a modification.',
    body: json(NewComment, { text: 'We can reproduce it.' }),
    answers: { 201: { description: 'The comment.', content: json(Comment) } },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  };
}

function explain(tag: string, record: string): RouteDescription {
  return {
    tag,
    summary: `Explain why a ${record} matches, or does not`,
    description:
      'Condition by condition, as the record is now: a saved filter, conditions, the filter of a listener or one automation; all automations where nothing is asked for.',
    query: ExplainQuery,
    answers: { 200: { description: 'Whether it matches, and why.', content: json(Explanation) } },
    refusals: [401, 403, 404, 400, 503],
  };
}

import * as z from 'zod';
import { ShownMember } from '../core/member.ts';
import { ShownImport } from '../core/people/member-import.ts';
import { ShownRun } from '../core/runs/show-run.ts';
import { ImportDryRun, ImportQuery, ProblemPage } from './admin-api/import-schemas.ts';
import { DescribedChange, DescribedMember, ExportPage } from './admin-api/member-schemas.ts';
import { MemberPage, MembersQuery, PageQuery } from './admin-api/schemas.ts';
import { erase, get, json, Location, list } from './describe-route.ts';
import type { RouteDescription } from './route-descriptions.ts';

const ETag = z.object({ ETag: z.string().describe("The member's version, for `If-Match`.") });

/** The descriptions of the routes that list, add and change people. */
export const memberDescriptions = {
  'list-members': list(
    'Members',
    'List the members',
    'By e-mail address; of a team or a role where one is named.',
    MembersQuery,
    MemberPage,
  ),
  'add-member': {
    tag: 'Members',
    summary: 'Add a member',
    description: 'Every problem is listed at once. An address that is a member already is refused with 409.',
    body: json(DescribedMember, { email: 'jim@example.com', name: 'Jim', teams: ['testers'] }),
    answers: {
      201: { description: 'The member.', headers: ETag.extend(Location.shape), content: json(ShownMember) },
    },
    refusals: [401, 403, 404, 413, 415, 400, 409, 503],
  },
  'import-members': {
    tag: 'Members',
    summary: 'Import a file of members',
    description:
      'CSV in UTF-8 with a header line: `email`, `name`, `teams` (with `;` between them), `role`, and `<group>.<field>` of external data. New members are added, and of the others is changed what the file says; empty cells say nothing, and nobody is removed. Nothing is imported while a line is wrong, unless `skipBad` says so. A larger file goes in pieces.',
    query: ImportQuery,
    body: {
      'text/csv': { schema: z.string(), example: 'email,name,teams\njim@example.com,Jim,testers;beta-support\n' },
    },
    answers: {
      200: { description: 'What a dry run says.', content: json(ImportDryRun) },
      202: { description: 'The run that imports it.', headers: Location, content: json(ShownRun) },
    },
    refusals: [401, 403, 404, 413, 415, 400, 503],
  },
  'open-import': {
    tag: 'Members',
    summary: 'Open an import in pieces',
    description: 'For a file of more than 1 MiB: send its pieces, then start it. It is kept for 7 days.',
    answers: { 201: { description: 'The import.', headers: Location, content: json(ShownImport) } },
    refusals: [401, 403, 404, 503],
  },
  'get-import': get('Members', 'Get an import in pieces', ShownImport),
  'put-import-piece': {
    tag: 'Members',
    summary: 'Send a piece of a file of members',
    description:
      'Pieces are numbered from 1 to 20, and have 1 MiB at most; cut the file between lines. One that is sent again takes the place of the one before.',
    body: { 'text/csv': { schema: z.string(), example: 'email,name,teams\njim@example.com,Jim,testers\n' } },
    answers: { 204: { description: 'It is there.' } },
    refusals: [401, 403, 404, 413, 415, 400, 409, 503],
  },
  'list-import-problems': list(
    'Members',
    'List the bad lines of an import',
    'By line, each with all of its problems.',
    PageQuery,
    ProblemPage,
    [401, 403, 404, 400, 409, 413, 503],
  ),
  'start-import': {
    tag: 'Members',
    summary: 'Start an import in pieces',
    description: 'All pieces are read and judged as one file, as those of an import at once are.',
    query: ImportQuery,
    answers: {
      200: { description: 'What a dry run says.', content: json(ImportDryRun) },
      202: { description: 'The run that imports it.', headers: Location, content: json(ShownRun) },
    },
    refusals: [401, 403, 404, 400, 409, 413, 503],
  },
  'get-member': get('Members', 'Get a member', ShownMember),
  'export-member': list(
    'Members',
    'Export what is held of a member',
    'The member, its history and comments, the tickets that the person submitted, and what was sent about them; each with its `kind`.',
    PageQuery,
    ExportPage,
  ),
  'erase-member': erase(
    'Members',
    'Erase a member',
    "The member is gone at once. The run replaces the address by a pseudonym wherever the project holds it; it begins some 70 seconds later. Not while the project's document names the address (409).",
    [401, 403, 404, 409, 503],
  ),
  'change-member': {
    tag: 'Members',
    summary: 'Change a member',
    description:
      'What is not named stays as it is. The change, and what automations on modification make of it, is stored together.',
    headers: z.object({ 'If-Match': z.string().describe('The `ETag` of the member as you have seen it.') }),
    body: json(DescribedChange, { teams: ['testers', 'beta-support'], role: 'support' }),
    answers: { 200: { description: 'The member as it is now.', headers: ETag, content: json(ShownMember) } },
    refusals: [401, 403, 404, 428, 412, 413, 415, 400, 503],
  },
} satisfies Readonly<Record<string, RouteDescription>>;

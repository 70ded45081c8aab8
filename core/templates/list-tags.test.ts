import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ProjectDocument } from '../document/schema.ts';
import { scopeOfMembers, scopeOfTickets } from '../macros/tag-scopes.ts';
import { compileTemplate } from './compile.ts';
import { type ListedTag, listTags } from './list-tags.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

function documentWith(change: (document: ProjectDocument) => void = () => undefined): ProjectDocument {
  const document = ProjectDocument.parse(apollo);
  change(document);
  return document;
}

function listFor(document: ProjectDocument, target: 'ticket' | 'member', feedbackType?: string): ListedTag[] {
  const scope = target === 'ticket' ? scopeOfTickets(document, feedbackType) : scopeOfMembers(document);
  return listTags({ scope, document, target, feedbackType, secretNames: ['slack', 'jira'] });
}

const find = (tags: readonly ListedTag[], path: string) => tags.find((tag) => tag.path === path);

describe('the list of tags', () => {
  test('has one entry for each path, with its names, label and type', () => {
    const tags = listFor(documentWith(), 'ticket', 'issues');
    expect(new Set(tags.map(({ path }) => path)).size).toBe(tags.length);
    expect(find(tags, 'external.jira.key')).toEqual({
      tag: '((Jira ID))',
      path: 'external.jira.key',
      names: ['external.jira.key', 'jira.key', 'Jira ID'],
      kind: 'external',
      label: 'Jira ID',
      type: 'string',
      everywhere: true,
    });
    expect(find(tags, 'field.crashed-at')).toMatchObject({ tag: '((Crashed at))', kind: 'field', type: 'date' });
    expect(find(tags, 'ticket.status')).toMatchObject({ tag: '((status))', names: ['ticket.status', 'status'] });
    expect(find(tags, 'submitter.app-usage.sessions')).toMatchObject({ kind: 'submitter', type: 'integer' });
    expect(find(tags, 'var.jiraUrl')).toMatchObject({ kind: 'variable', everywhere: true });
    expect(tags.filter(({ kind }) => kind === 'secret').map(({ tag }) => tag)).toEqual([
      '((secret.jira))',
      '((secret.slack))',
    ]);
  });

  test('is of members for a macro over members', () => {
    const tags = listFor(documentWith(), 'member');
    expect(find(tags, 'external.app-usage.pro')?.names).toContain('member.app-usage.pro');
    expect(find(tags, 'member.teams')).toMatchObject({ kind: 'member', type: 'list' });
    expect(tags.some(({ kind }) => kind === 'field' || kind === 'ticket')).toBe(false);
  });

  test('says of a field that some feedback types lack which macros can use it', () => {
    const tags = listFor(documentWith(), 'ticket');
    expect(find(tags, 'field.summary')).toMatchObject({ everywhere: true });
    expect(find(tags, 'field.severity')).toMatchObject({
      everywhere: false,
      note: 'only in macros whose feedbackType is issues',
    });
  });

  test('offers nothing that does not compile, whatever labels hold', () => {
    const document = documentWith(({ feedbackTypes: [issues] }) => {
      for (const [place, label] of ['a | b', 'x))y', '(in brackets)', 'Crashed at', '((', 'ü "q"'].entries()) {
        const field = issues?.fields[place];
        if (field !== undefined) field.label = label;
      }
    });
    const scope = scopeOfTickets(document, 'issues');
    const tags = listFor(document, 'ticket', 'issues');
    for (const { tag } of tags) expect([tag, compileTemplate(tag, 'header', scope).outcome]).toEqual([tag, 'compiled']);
    expect(find(tags, 'field.summary')).toMatchObject({ tag: '((summary))', label: 'a | b' });
  });
});

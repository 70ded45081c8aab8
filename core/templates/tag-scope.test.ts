import { describe, expect, test } from 'vitest';
import { scopeWith } from '../../test/tag-scope.ts';
import { resolveTag, suggestTag } from './tag-scope.ts';

describe('what a tag means', () => {
  test.each([
    ['Summary', 'field.summary'],
    ['summary', 'field.summary'],
    ['field.summary', 'field.summary'],
    ['Jira ID', 'external.jira.key'],
    ['jira.key', 'external.jira.key'],
    ['external.jira.key', 'external.jira.key'],
    ['status', 'ticket.status'],
    ['team', 'ticket.team'],
    ['workflow', 'ticket.workflow'],
    ['submitter', 'submitter.email'],
    ['submitter.app-usage.sessions', 'submitter.app-usage.sessions'],
    ['var.jiraUrl', 'var.jiraUrl'],
    ['request./issue/0/a~1b', 'request./issue/0/a~1b'],
    ['attachments', 'attachments'],
    ['now', 'now'],
    ['project.name', 'project.name'],
  ])('resolves %s to %s', (name, path) => {
    expect(resolveTag(scopeWith(), name)).toEqual({ outcome: 'value', path });
  });

  test.each(['SUMMARY', 'member.email', 'Sessions', 'app-usage.sessions', 'var.other', 'ticket', 'constructor'])(
    'knows no tag %s on a ticket',
    (name) => {
      expect(resolveTag(scopeWith(), name)).toEqual({ outcome: 'unknown' });
    },
  );

  test('keeps a secret as its name, and refuses it where secrets are not allowed', () => {
    expect(resolveTag(scopeWith(), 'secret.jira')).toEqual({ outcome: 'secret', name: 'jira' });
    expect(resolveTag(scopeWith({ allowSecrets: false }), 'secret.jira').outcome).toBe('refused');
    expect(resolveTag(scopeWith(), 'secret.a b').outcome).toBe('refused');
  });

  test('refuses a request path that is no JSON Pointer', () => {
    expect(resolveTag(scopeWith(), 'request.issue').outcome).toBe('refused');
    expect(resolveTag(scopeWith(), 'request./a~2').outcome).toBe('refused');
  });

  test('refuses a label of two things and names both paths', () => {
    const fields = [
      { key: 'summary', label: 'Jira ID' },
      { key: 'other', label: 'Other' },
    ];
    expect(resolveTag(scopeWith({ feedbackTypes: [{ key: 'issues', fields }] }), 'Jira ID')).toEqual({
      outcome: 'refused',
      message: '"Jira ID" is ambiguous: write external.jira.key or field.summary',
    });
  });

  test('has, for several feedback types, only the fields that all of them have', () => {
    const scope = scopeWith({
      feedbackTypes: [
        {
          key: 'issues',
          fields: [
            { key: 'summary', label: 'Summary' },
            { key: 'severity', label: 'Severity' },
          ],
        },
        { key: 'ideas', fields: [{ key: 'summary', label: 'Title' }] },
      ],
    });
    expect(resolveTag(scope, 'summary')).toEqual({ outcome: 'value', path: 'field.summary' });
    const message = '"Severity" is no field of feedback type "ideas"';
    expect(resolveTag(scope, 'Severity')).toEqual({ outcome: 'refused', message });
    expect(resolveTag(scope, 'Title').outcome).toBe('refused');
  });

  test('refuses a label that means different fields in different feedback types', () => {
    const scope = scopeWith({
      feedbackTypes: [
        { key: 'issues', fields: [{ key: 'description', label: 'Details' }] },
        { key: 'ideas', fields: [{ key: 'details', label: 'Details' }] },
      ],
    });
    expect(resolveTag(scope, 'Details').outcome).toBe('refused');
  });

  test("has a member's own tags and external data in a user macro, and no ticket's", () => {
    const scope = scopeWith({ target: 'member' });
    const path = 'external.app-usage.sessions';
    for (const name of ['Sessions', 'app-usage.sessions', 'member.app-usage.sessions', path]) {
      expect(resolveTag(scope, name)).toEqual({ outcome: 'value', path });
    }
    expect(resolveTag(scope, 'member.email')).toEqual({ outcome: 'value', path: 'member.email' });
    for (const name of ['status', 'Summary', 'ticket.id', 'Jira ID', 'attachments']) {
      expect(resolveTag(scope, name).outcome).toBe('unknown');
    }
  });
});

describe('a suggestion for an unknown tag', () => {
  test.each([
    ['Sumary', 'Summary'],
    ['SUMMARY', 'summary'],
    ['jira id', 'Jira ID'],
    ['submiter.name', 'submitter.name'],
    ['var.jiraURL', 'var.jiraUrl'],
    ['completely different', undefined],
    ['x', undefined],
  ])('for %s is %s', (name, suggestion) => {
    expect(suggestTag(scopeWith(), name)).toBe(suggestion);
  });

  test('is a path where the label cannot be written in a tag', () => {
    const scope = scopeWith({ feedbackTypes: [{ key: 'issues', fields: [{ key: 'size', label: 'Memory (MB)' }] }] });
    expect(suggestTag(scope, 'Memory (MB')).toBe('field.size');
  });
});

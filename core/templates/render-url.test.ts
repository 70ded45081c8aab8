import { describe, expect, test } from 'vitest';
import { compiled, valuesOf } from '../../test/tag-scope.ts';
import { describeParts } from './parts.ts';
import { finishUrl, renderUrl } from './render-url.ts';
import type { TagValue } from './template.ts';

const render = (text: string, values: Readonly<Record<string, TagValue>>) => {
  const rendered = renderUrl(
    compiled(text, 'url'),
    valuesOf({ 'var.jiraUrl': 'https://jira.example/base', ...values }),
  );
  return rendered.outcome === 'failed' ? rendered.reason : describeParts(rendered.parts);
};

const finish = (text: string, secrets: Readonly<Record<string, string>>) => {
  const rendered = renderUrl(compiled(text, 'url'), valuesOf({ 'field.summary': 'a b' }));
  if (rendered.outcome === 'failed') return rendered.reason;
  const filled = finishUrl(rendered.parts, new Map(Object.entries(secrets)));
  return filled.outcome === 'filled' ? filled.text : filled.reason;
};

describe('a rendered URL', () => {
  test('has each value as one percent-encoded component', () => {
    const values = { 'field.summary': "a/b?c#d&e=%2F\\é 😀'(*)", 'field.platforms': ['x', 'y'] };
    expect(render('https://h/((Summary))/z?q=((Platforms))', values)).toBe(
      'https://h/a%2Fb%3Fc%23d%26e%3D%252F%5C%C3%A9%20%F0%9F%98%80%27%28%2A%29/z?q=x%2C%20y',
    );
  });

  test('begins with a variable as it stands', () => {
    expect(render('((var.jiraUrl))/issue/((Jira ID))', { 'external.jira.key': 'APO-1' })).toBe(
      'https://jira.example/base/issue/APO-1',
    );
    expect(render('((var.jiraUrl))', {})).toBe('https://jira.example/base');
  });

  test.each([
    'https://h/((Jira ID))',
    'https://h/a/((Jira ID))/b',
    'https://h/a/((Jira ID))?b',
    'https://h/((Jira ID))#b',
    'https://h//((Jira ID))//',
    '((var.jiraUrl))/((Jira ID))',
    'https://h/((Jira ID))((Summary))/b',
    'https://h/((Jira ID | upper))',
  ])('is stopped by an empty component: %s', (text) => {
    expect(render(text, {})).toBe('Jira ID is empty');
  });

  test('may be empty elsewhere', () => {
    expect(render('https://h/a((Jira ID))/?q=((Jira ID))#((Jira ID))', {})).toBe('https://h/a/?q=#');
    expect(render('https://h//a?q=/((Jira ID))/', {})).toBe('https://h//a?q=//');
  });

  test.each<[string, string]>([
    ['https://h/a/((Jira ID))', '.'],
    ['https://h/a/((Jira ID))/b', '..'],
    ['https://h/a/.((Jira ID))/b', '.'],
    ['https://h/a/((Jira ID))%2E/b', '.'],
    ['https://h/a/%2e%2e((Jira ID))', ''],
  ])('is stopped by a dot component: %s with %j', (text, value) => {
    expect(render(text, { 'external.jira.key': value })).toBe('Jira ID may not be "." or ".."');
  });

  test.each([
    ['', 'var.jiraUrl is empty'],
    ['jira.example', 'var.jiraUrl is not an absolute http or https URL'],
    ['https:', 'var.jiraUrl is not an absolute http or https URL'],
    ['https://', 'var.jiraUrl is not an absolute http or https URL'],
    ['javascript:alert(1)', 'var.jiraUrl is not an absolute http or https URL'],
    ['https://h\\x', 'var.jiraUrl is not an absolute http or https URL'],
    ['https://h\n', 'var.jiraUrl is not an absolute http or https URL'],
    ['https://user:secret@h', 'var.jiraUrl contains a user name or password'],
  ])('is stopped by a variable %j', (value, reason) => {
    expect(render('((var.jiraUrl))//((Summary))', { 'var.jiraUrl': value, 'field.summary': 'evil.example' })).toBe(
      reason,
    );
  });
});

describe('a URL with secrets', () => {
  test('shows them as names until they are put in', () => {
    expect(render('((secret.hook))/((Summary))?k=((secret.key))', { 'field.summary': 'x' })).toBe(
      '((secret.hook))/x?k=((secret.key))',
    );
    const secrets = { hook: 'https://hooks.example/T0/B1', key: 'a&b' };
    expect(finish('((secret.hook))/((Summary))?k=((secret.key))', secrets)).toBe(
      'https://hooks.example/T0/B1/a%20b?k=a%26b',
    );
  });

  test('is checked as far as it is known before they are', () => {
    expect(render('((secret.hook))/((Jira ID))', {})).toBe('Jira ID is empty');
    expect(render('((secret.hook))/((Jira ID))((secret.key))', {})).toBe('((secret.hook))/((secret.key))');
  });

  test.each<[string, Record<string, string>, string]>([
    ['((secret.hook))', {}, 'secret.hook is not set'],
    ['((secret.hook))', { hook: '' }, 'secret.hook is empty'],
    ['((secret.hook))', { hook: 'hooks.example' }, 'secret.hook is not an absolute http or https URL'],
    ['((secret.hook))', { hook: 'https://user@h' }, 'secret.hook contains a user name or password'],
    ['((secret.hook))//((Summary))', { hook: 'https:' }, 'secret.hook is not an absolute http or https URL'],
    ['https://h/((secret.key))/x', { key: '' }, 'secret.key is empty'],
    ['https://h/((secret.key))/x', { key: '..' }, 'secret.key may not be "." or ".."'],
    ['https://h/((secret.key))/x', { key: '../@' }, 'https://h/..%2F%40/x'],
  ])('is checked again when they are in: %s', (text, secrets, result) => {
    expect(finish(text, secrets)).toBe(result);
  });
});

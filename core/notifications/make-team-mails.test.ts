import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ProjectDocument } from '../document/schema.ts';
import { describeForTeam, makeTeamMails, pickTold } from './make-team-mails.ts';
import type { Notification } from './notification.ts';

const document = ProjectDocument.parse(parse(readFileSync('examples/apollo.yaml', 'utf8')));
const at = '2026-11-21T09:00:00.000Z';
const ticketUrl = 'https://console.example.com/projects/apollo/tickets/BUG-0001';
const moved: Notification = {
  id: 'n1',
  project: 'apollo',
  event: 'moved',
  team: 'beta-support',
  ticket: 'BUG-0001',
  summary: 'It broke',
  status: 'Open',
  cause: { kind: 'listener', key: 'jirastatus' },
  at,
};

const describeWith = (changes: Partial<Notification>) =>
  describeForTeam({ notification: { ...moved, ...changes }, document, ticketUrl });

describe('what a team is told', () => {
  test('is which ticket, what of it, where it stands, who did it, and where to look', () => {
    expect(describeWith({})).toEqual({
      subject: 'Apollo Beta: BUG-0001 was moved to Beta Support: It broke',
      text: `BUG-0001 was moved to the team Beta Support in the project "Apollo Beta".

Summary: It broke
Status: Open
Moved by: the listener "Any status change in Jira"
At: ${at}

${ticketUrl}
`,
    });
  });

  test.each<[Partial<Notification>, string]>([
    [{ cause: { kind: 'source', key: 'webform' } }, 'the source "Public web form"'],
    [{ cause: { kind: 'source', key: 'webform' }, doer: 'jim@example.com' }, 'jim@example.com, through the source'],
    [{ cause: { kind: 'automation', key: 'escalate' } }, 'the automation "Critical issues go to Slack"'],
    [{ cause: { kind: 'macro', key: 'close' } }, 'the macro "Close"'],
    [{ cause: { kind: 'listener', key: 'gone' } }, 'the listener "gone"'],
    [{ cause: { kind: 'person' }, doer: 'pm@example.com' }, 'pm@example.com'],
    [{ cause: { kind: 'person' } }, 'a person'],
    [{ cause: { kind: 'capture' } }, 'the answer to a webhook'],
    [{ cause: { kind: 'run', key: 'r1' } }, 'a run of a macro'],
    [{ cause: { kind: 'run' }, doer: 'pm@example.com' }, 'pm@example.com, by a run of a macro'],
    [{ cause: { kind: 'upload' } }, 'an upload'],
  ])('names who or what did it: %j', (changes, maker) => {
    expect(describeWith(changes).text).toContain(`Moved by: ${maker}`);
  });

  test('does without a summary, and goes by the key of a team that is gone', () => {
    const { subject, text } = describeWith({ summary: undefined, team: 'gone' });
    expect(subject).toBe('Apollo Beta: BUG-0001 was moved to gone');
    expect(text).not.toContain('Summary');
  });

  test('keeps a summary of several lines on one, in the subject and in the text', () => {
    const { subject, text } = describeWith({ summary: 'It broke\r\nBcc: eve@example.com\n\nStatus: Closed' });
    expect(subject).toMatch(/^.*It broke Bcc: eve@example\.com Status: Closed$/);
    expect(text).toContain('Summary: It broke Bcc: eve@example.com Status: Closed\nStatus: Open\n');
  });

  test('has a subject of at most 200 characters, whatever is in it', () => {
    expect(describeWith({ summary: '\u{1f41e}'.repeat(200) }).subject.length).toBeLessThanOrEqual(200);
    expect(describeWith({ summary: '\u{1f41e}'.repeat(200) }).subject.isWellFormed()).toBe(true);
  });
});

describe('those who are told', () => {
  test('are the members of the team, without whoever did it and those who want none', () => {
    const person = (name: string, teams: string[]) => ({ email: `${name}@example.com`, teams });
    const members = [
      person('in', ['testers', 'beta-support']),
      person('out', ['testers']),
      person('doer', ['beta-support']),
      { ...person('off', ['beta-support']), notifications: 'off' as const },
    ];
    expect(pickTold({ team: 'beta-support', doer: 'doer@example.com' }, members)).toEqual(['in@example.com']);
  });

  test('get an e-mail each, which is the same one however often it is made, and another for another event', () => {
    const make = (notification: Notification) =>
      makeTeamMails({ notification, document, ticketUrl }, ['a@example.com', 'b@example.com'], at);
    const ids = make(moved).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(make(moved).map(({ id }) => id)).toEqual(ids);
    expect(make({ ...moved, id: 'n2' }).map(({ id }) => id)).not.toEqual(ids);
    expect(make(moved).map(({ mail }) => mail?.to)).toEqual([['a@example.com'], ['b@example.com']]);
    expect(ids.every((id) => /^[0-9a-z]{32}$/.test(id))).toBe(true);
  });
});

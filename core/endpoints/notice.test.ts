import { describe, expect, test } from 'vitest';
import { describeNotice, makeNoticeMails, pickManagers, type Telling } from './notice.ts';

const telling: Telling = {
  health: {
    endpoint: 'e1',
    project: 'apollo',
    macro: 'tell-slack',
    action: 'webhook-1',
    failingSince: '2026-11-20T09:00:00.000Z',
    notices: [],
  },
  notice: {
    kind: 'paused',
    at: '2026-11-21T09:00:00.000Z',
    reason: 'The receiver answered 410: it is gone for good.',
    target: { ticket: 'BUG-0001' },
  },
  project: { key: 'apollo', name: 'Apollo\r\nBcc: eve@example.com' },
  macroName: 'Tell Slack',
  apiOrigin: 'https://api.example.com',
};
const now = Date.parse('2026-11-21T09:00:10.000Z');

function mailsTo(managers: readonly string[], notice: Partial<Telling['notice']> = {}) {
  let count = 0;
  const newId = () => {
    count += 1;
    return `n${count}`;
  };
  return makeNoticeMails({ ...telling, notice: { ...telling.notice, ...notice } }, managers, { newId, now });
}

describe('a notice', () => {
  test('says which webhook, what happened, since when and what to do', () => {
    const { subject, text } = describeNotice(telling);
    expect(subject).toBe('Apollo Bcc: eve@example.com: the webhook tell-slack/webhook-1 is paused');
    for (const part of [
      'webhook-1 of the macro "Tell Slack" (tell-slack)',
      'answered 410',
      'Since: 2026-11-20T09:00:00.000Z',
      'ticket BUG-0001',
      'POST https://api.example.com/admin/v1/projects/apollo/endpoints/tell-slack/webhook-1/resume',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('goes to each manager in an e-mail of its own, filed under what it is about', () => {
    const mails = mailsTo(['a@example.com', 'b@example.com']);
    expect(mails.map(({ mail }) => mail?.to)).toEqual([['a@example.com'], ['b@example.com']]);
    expect(mails[0]).toMatchObject({ id: 'n1', target: { ticket: 'BUG-0001' }, cause: { kind: 'notice', key: 'e1' } });
  });

  test('that no delivery brought about goes to each manager, filed under the manager', () => {
    const { target: _, ...byHand } = telling.notice;
    const mails = makeNoticeMails({ ...telling, notice: byHand }, ['a@example.com', 'b@example.com'], {
      newId: () => 'n',
      now,
    });
    expect(mails.map(({ target, mail }) => [target, mail?.to])).toEqual([
      [{ member: 'a@example.com' }, ['a@example.com']],
      [{ member: 'b@example.com' }, ['b@example.com']],
    ]);
    expect(mailsTo([])).toEqual([]);
  });

  test('is for project managers, and for those called administrators only where there are none', () => {
    const members = [
      { email: 'root@example.com', role: 'administrator' },
      { email: 'jim@example.com' },
      { email: 'pm@example.com', role: 'project-manager' },
    ];
    expect(pickManagers(members)).toEqual(['pm@example.com']);
    expect(pickManagers(members.slice(0, 2))).toEqual(['root@example.com']);
  });
});

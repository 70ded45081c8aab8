import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { addressOf, notifiedProject } from '../notified-project.ts';

describe('a ticket that is submitted to a team', () => {
  test('is told to each of its members, in an e-mail of their own with what they need to know', async ({ engines }) => {
    const { report, tell, mails, join, project } = await notifiedProject(engines);
    await join('beta-support', ['bob@example.com']);
    await report({ severity: 'High' });
    await tell();
    const sent = await mails();
    expect(sent.map(addressOf)).toEqual(['ada@example.com', 'bob@example.com']);
    expect(sent[0]).toMatchObject({
      macro: 'team:beta-support',
      action: 'submitted',
      target: { ticket: 'BUG-0001' },
      outcome: 'pending',
      mail: { subject: 'Apollo Beta: BUG-0001 is new for Beta Support: It broke', wayOut: true },
    });
    expect(sent[0]?.mail?.text).toBe(`BUG-0001 is new for the team Beta Support in the project "Apollo Beta".

Summary: It broke
Status: New
Submitted by: jim@example.com, through the source "Crash log from the mobile app"
At: 2026-11-21T09:00:00.000Z

https://console.example.com/projects/${project}/tickets/BUG-0001
`);
  });
});

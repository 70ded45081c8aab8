import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { declaredForm, fileProject, postForm } from '../file-project.ts';

const content = 'what the app has to say of its crash\n';
const sha256 = createHash('sha256').update(content).digest('hex');
const declared = { fileName: 'crash.log', contentType: 'text/plain', size: content.length, sha256 };
const day = 24 * 60 * 60 * 1_000;

describe('an attachment that is pending', () => {
  test('expires after 7 days, after one last look at the bucket', async ({ engines }) => {
    const { report, declare, tend, attachments, history, clock } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    const { id = '' } = added?.attachment ?? {};
    clock.advance(7 * day - 1);
    expect(await tend(ticket, id)).toMatchObject({ outcome: 'not-due' });
    clock.advance(1);
    expect(await tend(ticket, id)).toMatchObject({ outcome: 'expired' });
    expect(await attachments(ticket)).toMatchObject([{ state: 'rejected', reason: 'Nothing arrived within 7 days.' }]);
    expect(await history(ticket)).toMatchObject([
      { problem: 'crash.log was rejected. Nothing arrived within 7 days.' },
    ]);
    expect(await tend(ticket, id)).toMatchObject({ outcome: 'removed' });
  });

  test('whose event was lost is found by that look', async ({ engines }) => {
    const { report, declare, tend, attachments, clock } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    await postForm(declaredForm(added), content);
    clock.advance(7 * day);
    expect(await tend(ticket, added?.attachment.id ?? '')).toMatchObject({ outcome: 'stored' });
    expect(await attachments(ticket)).toMatchObject([{ state: 'stored' }]);
    expect(await tend(ticket, added?.attachment.id ?? '')).toMatchObject({ outcome: 'done-before' });
  });

  test('is due when its time is over, and not before', async ({ engines }) => {
    const { report, declare, due, clock, project } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    const { id = '' } = added?.attachment ?? {};
    clock.advance(7 * day - 1);
    expect(await due()).toEqual([]);
    clock.advance(1);
    expect(await due()).toEqual([{ project, ticket, id }]);
  });
});

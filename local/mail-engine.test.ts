import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failingDomain, startMailEngine } from './mail-engine.ts';
import { StartError } from './start-error.ts';

function mailTo(to: string, subject = 'Hello'): object {
  const text = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    FromEmailAddress: 'feedbridge@localhost.test',
    Destination: { ToAddresses: [to] },
    Content: { Simple: { Subject: text(subject), Body: { Text: text('Text') } } },
  };
}

async function start(file?: string) {
  const engine = await startMailEngine(file);
  onTestFinished(engine.stop);
  const send = async (body: unknown, path = '/v2/email/outbound-emails') => {
    const response = await fetch(engine.endpoint + path, { method: 'POST', body: JSON.stringify(body) });
    const type = response.headers.get('x-amzn-errortype');
    return { status: response.status, type, json: await response.json() };
  };
  return { ...engine, send };
}

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-mail-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'outbox.jsonl');
}

describe('the stand-in for SES', () => {
  test('takes an e-mail, gives it an id, and shows the newest first', async () => {
    const { send, mails } = await start();
    const first = await send(mailTo('ann@example.com', 'First'));
    expect(first).toMatchObject({ status: 200, json: { MessageId: mails()[0]?.messageId } });
    await send(mailTo('ann@example.com', 'Second'));
    expect(mails().map(({ subject }) => subject)).toEqual(['Second', 'First']);
  });

  test.for([
    ['no sender', { ...mailTo('ann@example.com'), FromEmailAddress: '' }],
    ['no recipient', { ...mailTo('ann@example.com'), Destination: { ToAddresses: [] } }],
    ['a recipient that is no address', mailTo('ann')],
    ['a member that is not known here', { ...mailTo('ann@example.com'), EmailTags: [] }],
  ] as const)('refuses %s', async ([, mail]) => {
    const { send, mails } = await start();
    expect(await send(mail)).toMatchObject({ status: 400, type: 'BadRequestException' });
    expect(mails()).toEqual([]);
  });

  test('takes headers within the limits of SES, and shows them', async () => {
    const { send, mails } = await start();
    const withHeader = (Name: string, Value: string) => {
      const Simple = Object(mailTo('ann@example.com')).Content.Simple;
      return { ...mailTo('ann@example.com'), Content: { Simple: { ...Simple, Headers: [{ Name, Value }] } } };
    };
    expect(await send(withHeader('List-Unsubscribe', '<https://example.com>'))).toMatchObject({ status: 200 });
    expect(mails()).toMatchObject([{ headers: { 'List-Unsubscribe': '<https://example.com>' } }]);
    expect(await send(withHeader('A b', 'c'))).toMatchObject({ status: 400 });
    expect(await send(withHeader('A', 'a\r\nBcc: b'))).toMatchObject({ status: 400 });
    expect(await send(withHeader('A', 'a'.repeat(996)))).toMatchObject({ status: 400 });
  });

  test('rejects to reject@ and throttles each e-mail to throttle@ once', async () => {
    const { send, mails } = await start();
    const throttled = mailTo(`throttle@${failingDomain}`);
    expect(await send(mailTo(`reject@${failingDomain}`))).toMatchObject({ status: 400, type: 'MessageRejected' });
    expect(await send(throttled)).toMatchObject({ status: 429, type: 'TooManyRequestsException' });
    expect(await send(throttled)).toMatchObject({ status: 200 });
    expect(mails()).toHaveLength(1);
  });

  test('knows no other operation', async () => {
    const { send } = await start();
    expect(await send({}, '/v2/email/identities')).toMatchObject({ status: 404, type: 'NotFoundException' });
  });
});

describe('what was sent', () => {
  test('is there after a restart, the newest 500, in a file that only its owner may read', async () => {
    const file = temporaryFile();
    const before = await start(file);
    for (let place = 1; place <= 502; place += 1) await before.send(mailTo('ann@example.com', `Mail ${place}`));
    const shown = before.mails().map(({ subject }) => subject);
    expect([shown.length, shown[0], shown.at(-1)]).toEqual([500, 'Mail 502', 'Mail 3']);
    const after = await start(file);
    expect(after.mails()).toEqual(before.mails());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(501);
  });

  test('loses no more than a line that a kill left unfinished', async () => {
    const file = temporaryFile();
    const { send } = await start(file);
    await send(mailTo('ann@example.com', 'Whole'));
    appendFileSync(file, '{"at":"2026-');
    const after = await start(file);
    await after.send(mailTo('ann@example.com', 'Next'));
    expect((await start(file)).mails().map(({ subject }) => subject)).toEqual(['Next', 'Whole']);
  });

  test('stops the start by name where the file is something else', async () => {
    const file = temporaryFile();
    writeFileSync(file, 'something else\n');
    await expect(startMailEngine(file)).rejects.toThrow(StartError);
    await expect(startMailEngine(file)).rejects.toThrow(`${file} is damaged`);
  });
});

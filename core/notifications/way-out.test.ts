import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeCursor } from '../cursors.ts';
import { addWayOut, readWayOut, writeWayOut } from './way-out.ts';

const key = Buffer.alloc(32, 'way-out key');
const ada = { project: 'apollo', email: 'ada@example.com' };
const capability = writeWayOut(key, ada);
const text = fc.string({ unit: 'grapheme' });
const mail = { to: [ada.email], subject: 'New', text: 'A ticket.\n', wayOut: true as const };

describe('a way out', () => {
  test('leads back to the project and the person it was made for, whoever they are', () => {
    fc.assert(
      fc.property(text, text, (project, email) => {
        expect(readWayOut(key, writeWayOut(key, { project, email }))).toEqual({ project, email });
      }),
    );
  });

  test('of another project or person is another', () => {
    fc.assert(
      fc.property(text, text, text, text, (project, email, otherProject, otherEmail) => {
        fc.pre(project !== otherProject || email !== otherEmail);
        const other = writeWayOut(key, { project: otherProject, email: otherEmail });
        expect(writeWayOut(key, { project, email })).not.toBe(other);
      }),
    );
  });

  test('made by anybody else is none', () => {
    const base64url = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), base64url), (given) => {
        expect(readWayOut(key, given)).toBeUndefined();
      }),
    );
  });

  test('with any bit turned is none', () => {
    const bytes = Buffer.from(capability, 'base64url');
    fc.assert(
      fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(readWayOut(key, changed.toString('base64url'))).toBeUndefined();
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['a shorter text', capability.slice(0, -1)],
    ['a longer text', `${capability}A`],
    ['padding', `${capability}=`],
    [
      'a cursor, even of the same key',
      writeCursor(key, { route: 'way-out', filters: {} }, '["apollo","ada@example.com"]'),
    ],
    ['a way out of another deployment', writeWayOut(Buffer.alloc(32, 'another key'), ada)],
  ])('that is %s is none', (_, given) => {
    expect(readWayOut(key, given)).toBeUndefined();
  });

  test('tells nothing of the person or the project', () => {
    expect(Buffer.from(capability, 'base64url').toString('latin1')).not.toMatch(/ada|example|apollo/);
  });
});

describe('an e-mail that is given its way out', () => {
  const place = { apiOrigin: 'https://api.example.com', key };

  test('has it at the end of its text, and in the headers that mail programs look at', () => {
    const link = `https://api.example.com/n?c=${capability}`;
    const { text: sent, headers, ...rest } = addWayOut(mail, 'apollo', place);
    expect(rest).toEqual({ to: ['ada@example.com'], subject: 'New' });
    expect(sent).toBe(
      `A ticket.\n\n-- \nYou get this because you are a member of the team. To get no more of these e-mails, open:\n${link}\n`,
    );
    expect(headers).toEqual([
      ['List-Unsubscribe', `<${link}>`],
      ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
    ]);
  });

  test('has it in its text alone where an address is so long that no header takes it', () => {
    const email = `${'\u{1f41e}'.repeat(242)}@example.com`;
    const { text: sent, headers } = addWayOut({ ...mail, to: [email] }, 'apollo', place);
    expect(headers).toBeUndefined();
    const [, given = ''] = sent.split('/n?c=');
    expect(readWayOut(key, given.trim())).toEqual({ project: 'apollo', email });
  });
});

import { createHash } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from 'vitest';
import { filePlacesKey } from '../../adapters/dynamodb/keys.ts';
import { maxFilesOfTicket } from '../../core/uploads/attachment.ts';
import { test } from '../engines.ts';
import { fileProject } from '../file-project.ts';

const content = 'what the app has to say of its crash\n';
const sha256 = createHash('sha256').update(content).digest('hex');
const declared = { fileName: 'crash.log', contentType: 'text/plain', size: content.length, sha256 };

describe('a file name', () => {
  test.for<[string, string, string]>([
    ['with path separators', '../../etc/passwd\\x', '....etcpasswdx'],
    ['with controls', 'a\u0000b\r\nc\u007f.txt', 'abc.txt'],
    ['with marks that turn the direction of text', 'photo\u202egnp.exe', 'photognp.exe'],
    ['of 1,000 characters', `${'n'.repeat(996)}.log`, `${'n'.repeat(251)}.log`],
    ['with half a character', 'a\ud800b.txt', 'a\ufffdb.txt'],
    ['of nothing else', '/\u202e/', 'file'],
    ['in emoji', `${'🚀'.repeat(300)}`, '🚀'.repeat(255)],
  ])('%s is cleaned, never refused', async ([, fileName, cleaned], { engines }) => {
    const { report, declare } = await fileProject(engines);
    const { crashLog } = await report();
    const { status, added } = await declare(crashLog.endpoint, { ...declared, fileName });
    expect([status, added?.attachment.fileName]).toEqual([201, cleaned]);
  });
});

describe('a declaration', () => {
  test('of 2 GiB is taken, and of a byte more refused with 413', async ({ engines }) => {
    const { report, declare, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { status, json } = await declare(crashLog.endpoint, { ...declared, size: 2_147_483_649 });
    expect([status, json]).toMatchObject([413, { description: expect.stringContaining('2 GiB') }]);
    expect(await attachments(ticket)).toEqual([]);
    const most = await declare(crashLog.endpoint, { ...declared, size: 2_147_483_648 });
    expect([most.status, most.added?.upload]).toMatchObject([201, { partSize: 16_777_216 }]);
  });

  test.for(['text', 'text/', `text/plain; \${filename}`, 'a/b\r\nx: y', 'a/ü'])(
    'of the media type %j is refused',
    async (contentType, { engines }) => {
      const { report, declare } = await fileProject(engines);
      const { crashLog } = await report();
      const { status, json } = await declare(crashLog.endpoint, { ...declared, contentType });
      expect([status, Object(json).errors]).toMatchObject([400, [{ parameter: 'contentType', code: 'invalid_text' }]]);
    },
  );

  test('is refused with 409 where the ticket has been given as many files as it may have', async ({ engines }) => {
    const { report, declare, table, project, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    expect((await declare(crashLog.endpoint, declared)).status).toBe(201);
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: filePlacesKey(project, ticket),
        UpdateExpression: 'SET taken = :taken',
        ExpressionAttributeValues: { ':taken': maxFilesOfTicket - 1 },
      }),
    );
    expect((await declare(crashLog.endpoint, declared)).status).toBe(201);
    const { status, json } = await declare(crashLog.endpoint, declared);
    expect([status, json]).toMatchObject([409, { description: expect.stringContaining(`${maxFilesOfTicket} files`) }]);
    expect(await attachments(ticket)).toHaveLength(2);
  });

  test('is refused with every problem at once', async ({ engines }) => {
    const { report, declare, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const wrong = { fileName: '', contentType: 'nonsense', size: 0, sha256: 'abc', multipart: 'yes', path: '/' };
    const { status, json } = await declare(crashLog.endpoint, wrong);
    expect([status, json]).toMatchObject([400, { description: '6 parameters were rejected.' }]);
    expect(Object(json).errors.map(({ parameter, code }: Record<string, string>) => `${parameter} ${code}`)).toEqual([
      'fileName blank',
      'contentType invalid_text',
      'size out_of_range',
      'sha256 invalid_text',
      'multipart invalid_type',
      'path not_allowed',
    ]);
    const { json: empty } = await declare(crashLog.endpoint, {});
    expect(Object(empty).errors.map(({ parameter, code }: Record<string, string>) => `${parameter} ${code}`)).toEqual([
      'fileName required',
      'contentType required',
      'size required',
    ]);
    expect(await attachments(ticket)).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { bigFile, postBytes } from '../test/e2e/big-file.ts';
import { declaredForm, fileProject, keyOfForm } from '../test/file-project.ts';
import { againstBar, type Figure } from './figure.ts';
import { openPlace } from './place.ts';
import type { Setting } from './setting.ts';

const mib = 1_048_576;

/** Hands a function one message in a process of its own, and says what it took. */
const script = `
const { handler } = await import(process.argv[1]);
const startedAt = performance.now();
const answer = await handler({ Records: [{ messageId: '1', body: process.argv[2] }] });
const taken = { answer, ms: performance.now() - startedAt, kilobytes: process.resourceUsage().maxRSS };
process.stdout.write('\\n' + JSON.stringify(taken), () => process.exit(0));
`;

const Taken = z.object({
  answer: z.object({ batchItemFailures: z.array(z.unknown()).length(0) }),
  ms: z.number(),
  kilobytes: z.number(),
});

/** Measures the memory of the function that settles uploads, for a file that it has to read through. */
export async function measureSettling({ assemblyDir, dist, quick }: Setting): Promise<Figure[]> {
  const place = await openPlace(assemblyDir);
  const file = bigFile(quick ? 256 * mib : 2_048 * mib);
  const { report, declare, attachments } = await fileProject(place);
  const { ticket, crashLog } = await report();
  const { size, sha256 } = file;
  const declaration = { fileName: 'dump.bin', contentType: 'application/octet-stream', multipart: false, size, sha256 };
  const form = declaredForm((await declare(crashLog.endpoint, declaration)).added);
  await postBytes(form, file);
  const message = JSON.stringify({
    Records: [{ eventName: 'ObjectCreated:Post', s3: { object: { key: keyOfForm(form) } } }],
  });
  const args = ['--input-type=module', '--eval', script, join(dist, 'settle-upload', 'index.mjs'), message];
  const env = { PATH: process.env.PATH, ...place.provisioned.environmentOf('settle-upload') };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const { ms, kilobytes } = Taken.parse(JSON.parse(stdout.split('\n').at(-1) ?? ''));
  const [settled] = await attachments(ticket);
  if (settled?.state !== 'stored') throw new Error(`the file is ${String(settled?.state)}: ${String(settled?.reason)}`);
  await place.stop();
  const megabytes = (kilobytes * 1_024) / 1_000_000;
  const how = `The largest resident memory of the function as deployed in a process of its own, for an object of ${size / mib} MiB whose SHA-256 was declared, so that it is read through.`;
  const figure = `${megabytes.toFixed(0)} MB, in ${(ms / 1_000).toFixed(1)} s`;
  return [againstBar({ subject: 'settle, memory', value: megabytes, figure, how }, { atMost: 200, unit: ' MB' })];
}

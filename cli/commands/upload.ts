import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob, type Stats, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { exitCodes, Failure, messageOf } from '../failure.ts';
import { openProgress } from '../progress.ts';
import { Globals, type Session } from '../session.ts';
import { type Attachment, callUpload, Declared, Listed, type PartsUpload } from '../upload/calls.ts';
import { findUploadPlace, type UploadPlace } from '../upload/find-place.ts';
import { forget, recall, remember, type UploadName } from '../upload/remembered.ts';
import { sendParts } from '../upload/send-parts.ts';
import { type AddCommand, projectOption } from './options.ts';

/** Smaller files go in one form; of larger ones, what has been sent is kept. */
const partsFromBytes = 16 * 1024 * 1024;
/** How often, and how long, a file is looked at that has arrived and is not settled. */
const lookEveryMs = 300;
const settledWithinMs = 60_000;

export const addUpload: AddCommand = (program, { begin }) => {
  program
    .command('upload')
    .description('Adds a file of up to 2 GiB to a ticket; interrupted, the same command goes on where it was.')
    .argument('<file>')
    .option('--ticket <id>', 'the ticket, such as BUG-0001')
    .addOption(projectOption())
    .option('--source <key>', 'the source that the ticket came through; known where you may read the ticket')
    .option('--field <key>', 'the attachment field; needed where there are several')
    .option('--content-type <type>', 'what it is, such as image/png', 'application/octet-stream')
    .addHelpText(
      'after',
      `
The source's key is read from FEEDBRIDGE_API_KEY; beside \`npm start\` it is known. Without a key, set FEEDBRIDGE_UPLOAD_ENDPOINT to an endpoint
that the answer to a report has in files[].endpoint.
Exit codes: 0 stored, or there and still being scanned; 8 rejected; 130 interrupted.

Examples:
  $ feedbridge upload screen.png --ticket BUG-0001 --field screenshot
  $ FEEDBRIDGE_UPLOAD_ENDPOINT='https://…?upload=…' feedbridge upload core.dump`,
    )
    .action(async (file, options, command) => {
      const { url, project } = Globals.parse(command.optsWithGlobals());
      const session = begin(command);
      const stats = readStats(file);
      const place = await findUploadPlace(session, { ...options, project, url });
      await upload(session, { file, stats, place, contentType: options.contentType });
    });
};

type Job = { file: string; stats: Stats; place: UploadPlace; contentType: string };

async function upload(session: Session, job: Job): Promise<void> {
  const { terminal } = session;
  const name = nameOf(job);
  try {
    const { attachment, list } = await send(session, job);
    const settled = await untilSettled(attachment, list, terminal.interrupted);
    forget(name);
    terminal.emit(settled);
    const { id, fileName, size, state, reason = 'it is not settled yet' } = settled;
    terminal.print(`${fileName}: ${size} bytes, ${state}${state === 'stored' ? '' : ` (${reason})`} (${id}).`);
    if (state === 'rejected') process.exitCode = exitCodes.incomplete;
  } catch (error) {
    if (!terminal.interrupted.aborted) throw error;
    const isKept = recall(name) !== undefined;
    throw new Failure('interrupted', 'Stopped.', {
      lines: isKept ? ['What has been sent is kept for 7 days: the same command goes on from there.'] : [],
    });
  }
}

async function send(session: Session, job: Job): Promise<{ attachment: Attachment; list: string }> {
  const { terminal } = session;
  const { file, stats, place, contentType } = job;
  const { interrupted: signal } = terminal;
  const blob = await openAsBlob(file);
  const before = recall(nameOf(job));
  if (before !== undefined && (await isOpen(before, signal))) {
    terminal.say('Going on where it was.');
    return { attachment: await sendInParts(session, before, blob), list: before.list };
  }
  const multipart = stats.size > partsFromBytes;
  const sha256 = await hash(file, signal);
  const json = { fileName: basename(file), contentType, size: stats.size, sha256, multipart };
  const { attachment, upload } = await callUpload(place.endpoint, Declared, { json, key: place.key, signal });
  if ('partSize' in upload) {
    remember(nameOf(job), { ...upload, beganAt: new Date().toISOString() });
    return { attachment: await sendInParts(session, upload, blob), list: upload.list };
  }
  const form = new FormData();
  for (const [field, value] of Object.entries(upload.fields)) form.append(field, value);
  form.append('file', blob, basename(file));
  const response = await fetch(upload.url, { method: 'POST', body: form, signal });
  if (!response.ok) throw new Failure('broken', `The bucket refused the file (${response.status}).`);
  return { attachment, list: upload.list };
}

async function sendInParts({ terminal }: Session, upload: PartsUpload, file: Blob): Promise<Attachment> {
  const progress = openProgress(terminal, 'MiB');
  try {
    return await sendParts({ upload, file, progress, signal: terminal.interrupted });
  } finally {
    progress.stop();
  }
}

/** Whether a remembered upload still waits for parts; one that was given up, or has come to its end, does not. */
async function isOpen({ list }: PartsUpload, signal: AbortSignal): Promise<boolean> {
  try {
    return (await callUpload(list, Listed, { method: 'GET', signal })).attachment.state === 'pending';
  } catch (error) {
    // Given up, deleted or older than 7 days: the file is sent anew.
    if (error instanceof Failure && ['refused', 'not-signed-in'].includes(error.kind)) return false;
    throw error;
  }
}

/** The bucket has it; what it came to is settled within seconds, unless it is scanned first. */
async function untilSettled(sent: Attachment, list: string, signal: AbortSignal): Promise<Attachment> {
  const until = performance.now() + settledWithinMs;
  let attachment = sent;
  while (attachment.state === 'pending' && performance.now() < until) {
    await wait(lookEveryMs, undefined, { signal });
    ({ attachment } = await callUpload(list, Listed, { method: 'GET', signal }));
  }
  return attachment;
}

async function hash(file: string, signal: AbortSignal): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(file, { signal, highWaterMark: 1024 * 1024 })) digest.update(chunk);
  return digest.digest('hex');
}

function readStats(file: string): Stats {
  try {
    const stats = statSync(file);
    if (stats.isFile()) return stats;
  } catch (error) {
    throw new Failure('misused', `${file} cannot be read (${messageOf(error)}).`);
  }
  throw new Failure('misused', `${file} is no file.`);
}

function nameOf({ file, stats, place }: Job): UploadName {
  return { endpoint: place.endpoint, file: resolve(file), size: stats.size, modifiedMs: stats.mtimeMs };
}

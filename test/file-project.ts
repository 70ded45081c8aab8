import * as z from 'zod';
import { findApiKey } from '../adapters/dynamodb/api-keys.ts';
import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import { readDue } from '../adapters/dynamodb/due.ts';
import type { AttachmentBucket } from '../adapters/s3/attachment-bucket.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import { uploadSigner } from '../adapters/s3/presigned-post.ts';
import type { ProjectDocument } from '../core/document/schema.ts';
import type { UploadMessage } from '../core/uploads/message.ts';
import { signingSecretReader } from '../functions/kit/read-signing-secrets.ts';
import { AddedFile } from '../functions/kit/upload-schemas.ts';
import { openFile } from '../functions/open-file/handler.ts';
import { Created } from '../functions/receive-feedback/answer.ts';
import { receiveFile } from '../functions/receive-file/handler.ts';
import { routes } from '../functions/routes.ts';
import { settleUpload } from '../functions/settle-upload/handler.ts';
import { matchRoute, parseRouteKey } from '../local/path-match.ts';
import { admin, testKeys } from './admin.ts';
import { openTestBucket } from './bucket.ts';
import type { TestEngines } from './engines.ts';
import { callThrough, recordingObserver, type TestCall } from './gateway.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';
import { fixedClock, seededIds } from './seeded.ts';

const Page = z.object({ items: z.array(z.record(z.string(), z.unknown())) });
const patterns = Object.values(routes).map(({ method, path }) => parseRouteKey(`${method} ${path}`));

/** How a project of files differs from the example's. */
export type FileProjectOptions = {
  change?: (document: ProjectDocument) => void;
  quotaBytes?: number;
  malwareProtection?: true;
  /** A bucket of the test's own, in front of the engine's. */
  bucketOver?: (bucket: AttachmentBucket) => AttachmentBucket;
  /** How long configuration counts as fresh, in milliseconds. */
  freshMs?: number;
};

/** A project of a test's own with the functions that files come through, over a worker's engines. */
export async function fileProject(engines: TestEngines, options: FileProjectOptions = {}) {
  const { table, bucketName, s3Endpoint } = engines;
  await seedKeys(table);
  const seeded = await seedProject(table, options.change);
  const { project } = seeded;
  const clock = fixedClock();
  const observer = recordingObserver();
  const fresh = { freshMs: options.freshMs ?? 0, now: clock.now };
  const engine = openTestBucket(engines);
  const bucket = options.bucketOver?.(engine) ?? engine;
  const common = {
    ...{ table, bucket, observer, now: clock.now, newId: seededIds(`${project}/files`), pause: async () => undefined },
    ...{ dueShards: 4, deliveryRetentionDays: 30, quotaBytes: options.quotaBytes },
    malwareProtection: options.malwareProtection === true,
    apiOrigin: 'https://api.example.com',
    consoleOrigin: 'https://console.example.com',
    loadKeys: async () => testKeys,
    readConfiguration: configurationReader(table, { ...fresh, stageVariables: {} }),
    readConfigurationNow: configurationReader(table, { ...fresh, freshMs: 0, stageVariables: {} }),
    largeBodies: openLargeBodies(table.client.config, bucketName, s3Endpoint),
  };
  const receive = receiveFile({
    ...common,
    findKey: async (prefix) => await findApiKey(table, prefix),
    readSigningSecrets: signingSecretReader(table, async () => testKeys, fresh),
    signUpload: uploadSigner(table.client.config, bucketName, { endpoint: s3Endpoint, seconds: 3_600 }),
    uploadUrlSeconds: 3_600,
  });
  const callFile = callThrough(receive, observer);
  const callOpen = callThrough(openFile(common), observer);
  const settleMessage = settleUpload(common);
  const { send } = receiver(engines, seeded, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);

  /** Calls an address of ours as answers give it, or a path. */
  async function call(url: string, given: TestCall = {}) {
    const { pathname, search } = new URL(url, 'https://api.example.com');
    const method = given.method ?? 'POST';
    const match = matchRoute(patterns, method, pathname);
    if (match === undefined) throw new Error(`no route for ${method} ${pathname}`);
    const request = {
      path: decodeURI(pathname),
      query: search.slice(1),
      parameters: match.pathParameters,
      routeKey: match.route.routeKey,
      ...given,
      method,
    };
    return await (pathname.startsWith('/f/') ? callOpen(request) : callFile(request));
  }

  return {
    ...{ ...seeded, clock, call, bucket, observer, table },
    /** Creates a ticket, and returns its id and the upload of each attachment field. */
    async report(body: Record<string, unknown> = { summary: 'It crashed' }) {
      const { json } = await send(body);
      const { ticket, files } = Created.parse(json);
      const [screenshot, crashLog] = files;
      if (screenshot === undefined || crashLog === undefined) throw new Error('the example has changed');
      return { ticket: ticket.id, screenshot, crashLog };
    },
    send,
    /** Declares a file at an endpoint, without a key. */
    async declare(endpoint: string, body: unknown) {
      const { status, json } = await call(endpoint, { body, headers: { 'content-type': 'application/json' } });
      return { status, json, added: AddedFile.safeParse(json).data };
    },
    /** Hands the settling function what S3 says when an object has come. */
    async arrived(key: string, more: { versionId?: string; eventName?: string } = {}) {
      const { eventName = 'ObjectCreated:Post', ...object } = more;
      const record = { eventName, s3: { object: { key: encodeURIComponent(key).replaceAll('%2F', '/'), ...object } } };
      const { outcome } = await settleMessage(JSON.stringify({ Records: [record] }));
      return z.string().parse(outcome);
    },
    settleMessage,
    /** Hands it an attachment that is due. */
    async tend(ticket: string, id: string) {
      const message: UploadMessage = { kind: 'tend-attachment', project, ticket, id };
      return await settleMessage(JSON.stringify(message));
    },
    /** The attachments that the tick would have seen to now. */
    async due() {
      const found: { project: string; ticket: string; id: string }[] = [];
      for (const shard of [0, 1, 2, 3]) {
        for await (const page of readDue(table, shard, { now: clock.now(), pageSize: 100 })) {
          found.push(...page.attachments.filter((place) => place.project === project));
        }
      }
      return found;
    },
    ask: asAdministrator,
    get: async (path: string) => (await asAdministrator('GET', `/projects/${project}${path}`)).json,
    history: async (ticket: string) =>
      Page.parse((await asAdministrator('GET', `/projects/${project}/tickets/${ticket}/history?order=asc`)).json).items,
    attachments: async (ticket: string) =>
      z
        .object({ attachments: z.array(z.record(z.string(), z.unknown())) })
        .parse((await asAdministrator('GET', `/projects/${project}/tickets/${ticket}`)).json).attachments,
  };
}

/** The form by which a declared file is to come. */
export function declaredForm(added: z.infer<typeof AddedFile> | undefined) {
  const upload = added?.upload;
  if (upload === undefined || !('fields' in upload)) throw new Error('it should come in one form');
  return upload;
}

/** The parts in which a declared file is to come. */
export function declaredParts(added: z.infer<typeof AddedFile> | undefined) {
  const upload = added?.upload;
  if (upload === undefined || !('parts' in upload)) throw new Error('it should come in parts');
  return upload;
}

/** The key of the object that a form makes. */
export function keyOfForm({ fields }: { fields: Readonly<Record<string, string>> }): string {
  return fields.key ?? '';
}

/** Sends a file to S3 by a form, as a phone does. */
export async function postForm(
  upload: { url: string; fields: Readonly<Record<string, string>> },
  content: string | Uint8Array<ArrayBuffer>,
  { name = 'file.bin', fields = {} }: { name?: string; fields?: Record<string, string> } = {},
) {
  const form = new FormData();
  for (const [field, value] of Object.entries({ ...upload.fields, ...fields })) form.append(field, value);
  form.append('file', new Blob([content]), name);
  return await fetch(upload.url, { method: 'POST', body: form });
}

import * as z from 'zod';
import { reach } from '../server/client.ts';
import { describeRefusal } from '../server/refusal.ts';

/** What has become of a file. */
export const Attachment = z.looseObject({
  id: z.string(),
  field: z.string(),
  fileName: z.string(),
  size: z.int(),
  state: z.enum(['pending', 'stored', 'rejected']),
  reason: z.string().optional(),
});
export type Attachment = z.infer<typeof Attachment>;

const Form = z.object({ url: z.url(), fields: z.record(z.string(), z.string()), list: z.url() });
const Parts = z.object({ partSize: z.int().min(1), sign: z.url(), list: z.url(), complete: z.url() });

/** An upload in parts: the addresses by which it is seen through, without the key, for 7 days. */
export type PartsUpload = z.infer<typeof Parts>;

/** The answer to a file that was declared. */
export const Declared = z.object({ attachment: Attachment, upload: z.union([Parts, Form]) });

/** The parts that have arrived, of a file that is not stored yet. */
export const Listed = z.object({
  attachment: Attachment,
  parts: z.array(z.object({ number: z.int(), size: z.int(), etag: z.string() })).optional(),
});

/** Fresh addresses of parts. */
export const Signed = z.object({ parts: z.array(z.object({ number: z.int(), url: z.url() })) });

/** A call of an address that says by itself what may be done with it. */
type UploadCall = { method?: 'GET' | 'POST'; json?: unknown; key?: string | undefined; signal: AbortSignal };

/** Calls one of our addresses for files; a refusal is thrown with what the server said. */
export async function callUpload<Schema extends z.ZodType>(
  address: string,
  schema: Schema,
  { method = 'POST', json, key, signal }: UploadCall,
): Promise<z.output<Schema>> {
  const url = new URL(address);
  const response = await reach(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'x-api-key': key }),
    },
    body: json === undefined ? null : JSON.stringify(json),
    signal,
  });
  const body: unknown = await response.json().catch(() => undefined);
  const requestId = response.headers.get('x-request-id') ?? undefined;
  if (!response.ok) throw describeRefusal({ status: response.status, body, requestId }, { path: url.pathname });
  return schema.parse(body);
}

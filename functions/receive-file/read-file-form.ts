import { type HttpReply, type HttpRequest, refuse, refuseParameters } from '../kit/http.ts';

/** A file that came with a call, or the refusal of the form it should be in. */
export type FileForm =
  | { outcome: 'read'; parameter: string; fileName: string; contentType: string; bytes: Uint8Array }
  | { outcome: 'refused'; reply: HttpReply };

/** A media type that S3 takes as a header and gives back. */
const plainHeader = /^[\x20-\x7e]{1,255}$/;

/** Reads the one file of a form; the name of its part does not matter. */
export async function readFileForm({ headers, body }: HttpRequest): Promise<FileForm> {
  const form = await parseForm(headers['content-type'] ?? '', body);
  if (form === undefined) {
    const description =
      'The form cannot be read: send multipart/form-data with its boundary, as browsers and curl -F do.';
    return { outcome: 'refused', reply: refuse(400, description) };
  }
  const files = [...form].flatMap(([parameter, value]) => (value instanceof File ? [{ parameter, file: value }] : []));
  const [only] = files;
  if (only === undefined || files.length > 1) {
    const message = files.length > 1 ? 'Send one file with each call.' : 'The form has no file.';
    const code = files.length > 1 ? 'duplicate_choice' : 'required';
    return { outcome: 'refused', reply: refuseParameters([{ parameter: 'file', code, message }]) };
  }
  const { parameter, file } = only;
  if (file.name.trim() === '') {
    const error = { parameter, code: 'blank', message: 'The file has no name.' };
    return { outcome: 'refused', reply: refuseParameters([error]) };
  }
  const contentType = plainHeader.test(file.type) ? file.type : 'application/octet-stream';
  return {
    outcome: 'read',
    parameter,
    fileName: file.name,
    contentType,
    bytes: new Uint8Array(await file.arrayBuffer()),
  };
}

async function parseForm(contentType: string, body: Uint8Array): Promise<FormData | undefined> {
  try {
    return await new Response(Buffer.from(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return undefined;
  }
}

/** A file of a ticket, as far as a page needs to know it; all of it is in the API's description. */
export type Attachment = {
  id: string;
  state: 'pending' | 'stored' | 'rejected';
  /** Why it was rejected, or what it waits for. */
  reason?: string;
  createdAt: string;
};

/** A form that is completed with the file and sent to the bucket. */
type Form = { url: string; fields: Record<string, string>; expiresAt: string };
type FormUpload = Form & { sign: string; list: string; abort: string };

type SignedPart = { number: number; url: string };
type PartsUpload = {
  uploadId: string;
  partSize: number;
  parts: SignedPart[];
  expiresAt: string;
  sign: string;
  list: string;
  complete: string;
  abort: string;
};

/** A part that has arrived. */
type ArrivedPart = { number: number; etag: string };

/** A file that Feedbridge expects, and what can be done about it without an API key. */
export type ExpectedFile = {
  /** Says what has become of the file. */
  look: () => Promise<Attachment>;
  /** Gives the file up. */
  abort: () => Promise<void>;
} & (
  | { inParts: false; takeForm: () => Promise<Form> }
  | {
      inParts: true;
      uploadId: string;
      partSize: number;
      takePartUrl: (number: number) => Promise<string>;
      listParts: () => Promise<ArrivedPart[]>;
      complete: () => Promise<void>;
    }
);

/** Parts that are signed at once when the addresses of the first answer are used up or have ended. */
const partsPerSignature = 8;
const maxTries = 4;

/** Tells Feedbridge of a file that will come; `endpoint` is one of `files[].endpoint` in a ticket's answer. */
export async function declareFile(
  endpoint: string,
  file: { name: string; type: string; size: number },
  { multipart }: { multipart: boolean },
): Promise<ExpectedFile> {
  const declaration = {
    fileName: file.name,
    contentType: file.type || 'application/octet-stream',
    size: file.size,
    // Left out, Feedbridge decides: files above 100 MiB come in parts.
    ...(multipart ? { multipart } : {}),
  };
  const askedAt = Date.now();
  const answer: { attachment: Attachment; upload: FormUpload | PartsUpload } = await call(
    'POST',
    endpoint,
    declaration,
  );
  const { attachment, upload } = answer;
  // Both instants are the server's: whether this device's clock is right does not matter.
  const lifeMs = Date.parse(upload.expiresAt) - Date.parse(attachment.createdAt);
  return 'uploadId' in upload
    ? expectParts(upload, file.size, { askedAt, lifeMs })
    : expectForm(upload, askedAt, lifeMs);
}

function expectForm(upload: FormUpload, askedAt: number, lifeMs: number): ExpectedFile {
  let form: Form | undefined = upload;
  return {
    inParts: false,
    takeForm: async () => {
      const taken = form;
      // Taken again, the form was refused or interrupted: then a fresh one is no waste.
      form = undefined;
      if (taken !== undefined && Date.now() < askedAt + lifeMs) return taken;
      const fresh: { upload: Form } = await call('POST', upload.sign, {});
      return fresh.upload;
    },
    look: () => look(upload.list),
    abort: () => call('DELETE', upload.abort),
  };
}

function expectParts(
  { uploadId, partSize, parts, sign, list, complete, abort }: PartsUpload,
  size: number,
  { askedAt, lifeMs }: { askedAt: number; lifeMs: number },
): ExpectedFile {
  const count = Math.ceil(size / partSize);
  let urls = new Map(parts.map(({ number, url }) => [number, url]));
  let endsAt = askedAt + lifeMs;
  let arrived: ArrivedPart[] = [];
  const signFrom = async (first: number) => {
    const numbers = Array.from({ length: partsPerSignature }, (_, index) => first + index);
    const signedAt = Date.now();
    const signed: { parts: SignedPart[] } = await call('POST', sign, {
      parts: numbers.filter((each) => each <= count),
    });
    urls = new Map(signed.parts.map(({ number, url }) => [number, url]));
    endsAt = signedAt + lifeMs;
  };
  /** Each address is handed out once: a part that is asked for again was interrupted, or its address refused. */
  const take = (number: number) => {
    const url = urls.get(number);
    urls.delete(number);
    return url;
  };
  return {
    inParts: true,
    uploadId,
    partSize,
    takePartUrl: async (number) => {
      const known = take(number);
      if (known !== undefined && Date.now() < endsAt) return known;
      await signFrom(number);
      const url = take(number);
      if (url === undefined) throw new Error(`Feedbridge signed no address for part ${number}.`);
      return url;
    },
    listParts: async () => await listParts(list),
    complete: async () => {
      const listed = await listParts(list);
      // Once the parts are put together none is listed; to say so again, as after a lost answer, does no harm.
      if (listed.length > 0) arrived = listed;
      await call('POST', complete, { parts: arrived.map(({ number, etag }) => ({ number, etag })) });
    },
    look: () => look(list),
    abort: () => call('DELETE', abort),
  };
}

async function look(address: string): Promise<Attachment> {
  const answer: { attachment: Attachment } = await call('GET', address);
  return answer.attachment;
}

async function listParts(address: string): Promise<ArrivedPart[]> {
  const answer: { parts?: ArrivedPart[] } = await call('GET', address);
  return answer.parts ?? [];
}

/** Calls the API; waits where it asks to, and throws its description where it refuses. */
export async function call(
  method: 'GET' | 'POST' | 'DELETE',
  address: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(address, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || tries === maxTries) throw new Error(describe(response.status, text));
    const waitMs = 1_000 * Number(response.headers.get('retry-after') ?? tries);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** What the API says of a refusal: a sentence, and what is wrong with each parameter. */
function describe(status: number, text: string): string {
  try {
    const { description, errors = [] } = JSON.parse(text);
    const messages = errors.map(({ message }: { message: string }) => message);
    return [description, ...messages].filter((part) => typeof part === 'string').join(' ');
  } catch {
    return `The server answered ${status}.`;
  }
}

import Uppy from '@uppy/core';
import { call } from './feedbridge-file.ts';
import { type FeedbridgeUppy, useFeedbridge } from './feedbridge-uploader.ts';
import { createRow, type FileRow } from './file-row.ts';

/** The source of the example project that reports go to; the page is served from the API's own origin. */
const source = '/api/v1/projects/apollo/feedback/appcrashlog';

type Created = { ticket: { id: string }; files: { parameter: string; endpoint: string }[] };

const form = get('form', HTMLFormElement);
const key = get('#key', HTMLInputElement);
const summary = get('#summary', HTMLInputElement);
const files = get('#files', HTMLInputElement);
const parts = get('#parts', HTMLInputElement);
const said = get('#said', HTMLElement);
const uploads = get('#uploads', HTMLElement);
const button = get('form button', HTMLButtonElement);

form.addEventListener('submit', (event) => {
  event.preventDefault();
  button.disabled = true;
  report()
    .catch((error: unknown) => {
      said.textContent = error instanceof Error ? error.message : String(error);
    })
    .finally(() => {
      button.disabled = false;
    });
});

/** Creates the ticket with the key, and sends the files without it. */
async function report(): Promise<void> {
  const chosen = [...(files.files ?? [])];
  const created: Created = await call('POST', source, { summary: summary.value }, { 'x-api-key': key.value });
  said.textContent = `${created.ticket.id} was created.`;
  send(created, chosen);
  files.value = '';
}

function send({ files: fields }: Created, chosen: readonly File[]): void {
  // Each ticket has an Uppy of its own, so that the same file may go to two of them.
  const uppy: FeedbridgeUppy = new Uppy();
  const rows = new Map<string, FileRow>();
  useFeedbridge(uppy, (fileId, attachment) => rows.get(fileId)?.settle(attachment));
  for (const file of chosen) {
    const parameter = file.type.startsWith('image/') ? 'screenshot' : 'crashLog';
    const endpoint = fields.find((field) => field.parameter === parameter)?.endpoint;
    if (endpoint === undefined) throw new Error(`The source takes no ${parameter}.`);
    const meta = { endpoint, inParts: parts.checked };
    const fileId = uppy.addFile({ name: file.name, type: file.type, data: file, meta });
    const row = createRow(uppy, fileId);
    rows.set(fileId, row);
    uploads.append(row.element);
  }
  uppy.on('state-update', () => {
    for (const row of rows.values()) row.update();
  });
  // What fails is shown at its file.
  uppy.upload().catch(() => {});
}

function get<Element>(selector: string, type: new () => Element): Element {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${selector}.`);
  return found;
}

import type { Attachment } from './feedbridge-file.ts';
import type { FeedbridgeUppy } from './feedbridge-uploader.ts';

/** What the page shows of one file. */
export type FileRow = {
  element: HTMLElement;
  /** Shows how far Uppy is with the file. */
  update: () => void;
  /** Shows what Feedbridge made of it. */
  settle: (attachment: Attachment) => void;
};

/** Makes the row of a file, with buttons to pause, resume, retry and cancel it. */
export function createRow(uppy: FeedbridgeUppy, fileId: string): FileRow {
  const { name, size } = uppy.getFile(fileId);
  const element = document.createElement('li');
  const title = append(element, 'p');
  title.className = 'name';
  title.textContent = `${name} (${describeSize(size ?? 0)})`;
  const progress = append(element, 'progress');
  progress.max = 100;
  progress.setAttribute('aria-label', `Sent of ${name}`);
  const said = append(element, 'output');
  const actions = append(element, 'div');
  actions.className = 'actions';
  const pause = addButton(actions, 'Pause', () => uppy.pauseResume(fileId));
  const retry = addButton(actions, 'Try again', () => uppy.retryUpload(fileId).catch(() => {}));
  const cancel = addButton(actions, 'Cancel', () => uppy.removeFile(fileId));
  let attachment: Attachment | undefined;

  const update = () => {
    const file = uppy.getFile(fileId);
    if (file === undefined) {
      show(said, 'cancelled');
      for (const button of [pause, retry, cancel]) button.hidden = true;
      return;
    }
    const isSent = file.progress.uploadComplete === true;
    const failed = file.error ?? undefined;
    const isPaused = file.isPaused === true;
    progress.value = file.progress.percentage ?? 0;
    pause.hidden = isSent || failed !== undefined || !file.progress.uploadStarted;
    show(pause, isPaused ? 'Resume' : 'Pause');
    pause.setAttribute('aria-label', `${pause.textContent} ${name}`);
    retry.hidden = failed === undefined;
    cancel.hidden = isSent;
    element.className = attachment?.state === 'rejected' ? 'rejected' : failed === undefined ? '' : 'failed';
    if (attachment !== undefined) show(said, describeAttachment(attachment));
    else if (failed !== undefined) show(said, `not sent: ${failed}`);
    else if (isSent) show(said, 'sent, and not looked at yet');
    else show(said, isPaused ? 'paused' : file.progress.uploadStarted ? 'being sent' : 'waiting');
  };
  update();
  return {
    element,
    update,
    settle: (settled) => {
      attachment = settled;
      update();
    },
  };
}

function describeAttachment({ state, reason }: Attachment): string {
  const word = state === 'pending' ? 'sent, and not looked at yet' : state;
  return reason === undefined ? word : `${word}: ${reason}`;
}

function describeSize(bytes: number): string {
  const inMiB = bytes / 1_048_576;
  return inMiB < 1 ? `${Math.ceil(bytes / 1_024)} KiB` : `${inMiB.toFixed(1)} MiB`;
}

function append<Name extends keyof HTMLElementTagNameMap>(to: HTMLElement, name: Name): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  to.append(element);
  return element;
}

function addButton(to: HTMLElement, text: string, onClick: () => void): HTMLButtonElement {
  const button = append(to, 'button');
  button.type = 'button';
  button.textContent = text;
  button.addEventListener('click', onClick);
  return button;
}

/** Sets a text only where it changes, so that a screen reader says it once. */
function show(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

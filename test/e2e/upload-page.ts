import { createHash, randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page, Request } from 'playwright-core';
import { expect } from 'vitest';
import type { LocalJson } from '../../local/stack-options.ts';

/** How long the page may take to show anything, in milliseconds. */
const patienceMs = 60_000;

/** A file on disk that nobody has seen before. */
export type SampleFile = { path: string; name: string; size: number; sha256: string };

/** The example page in a browser, with what it asked for. */
export type UploadPage = {
  page: Page;
  requests: Request[];
  /** What the browser held against the page: violations of its policy, errors that nobody caught. */
  complaints: string[];
  /** Creates a ticket with one file. */
  report(file: SampleFile, options?: { inParts?: boolean }): Promise<UploadRow>;
  /** Lets no request for this part out; `asked` gives the address of the first, `release` lets all of them out. */
  holdPart(number: number): Promise<{ asked: Promise<string>; release: () => Promise<void> }>;
  /** Takes a picture where SCREENSHOT_DIR names a folder. */
  picture(name: string): Promise<void>;
};

/** A file on the page. */
type UploadRow = {
  ticket: string;
  press: (button: 'Pause' | 'Resume' | 'Cancel') => Promise<void>;
  /** Waits until the page says this of the file. */
  says: (text: string) => Promise<void>;
  /** How much of the file the page shows as sent, in percent. */
  percentage: () => Promise<number>;
};

/** Writes a file of random bytes. */
export function writeSample(folder: string, name: string, size: number): SampleFile {
  const bytes = randomFillSync(Buffer.alloc(size));
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { path, name, size, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Opens the example page of a stack. */
export async function openUploadPage(browser: Browser, { api, keys }: LocalJson): Promise<UploadPage> {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  page.setDefaultTimeout(patienceMs);
  const requests: Request[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  await page.goto(`${api}/examples/upload`);
  return {
    page,
    requests,
    complaints,
    report: async (file, { inParts = false } = {}) => {
      await page.getByLabel('API key').fill(keys.mobile ?? '');
      await page.getByLabel('Summary').fill('The map closes itself');
      await page.getByLabel('Files').setInputFiles(file.path);
      await page.getByLabel('Send in parts').setChecked(inParts);
      const row = page.getByRole('listitem').filter({ hasText: file.name });
      await page.getByRole('button', { name: 'Report' }).click();
      await row.waitFor();
      const [ticket = ''] = /BUG-\d+/.exec((await page.locator('#said').textContent()) ?? '') ?? [];
      return rowOf(row, ticket);
    },
    holdPart: async (number) => await holdPart(page, number),
    picture: async (name) => {
      const { SCREENSHOT_DIR: folder } = process.env;
      if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    },
  };
}

function rowOf(row: Locator, ticket: string): UploadRow {
  return {
    ticket,
    press: (button) => row.getByRole('button', { name: button }).click(),
    says: async (text) => {
      await expect.poll(() => row.getByRole('status').textContent(), { timeout: patienceMs }).toBe(text);
    },
    percentage: async () => Number(await row.getByRole('progressbar').getAttribute('value')),
  };
}

async function holdPart(page: Page, number: number) {
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  const { promise: released, resolve: letOut } = Promise.withResolvers<void>();
  const isPart = (url: URL) => url.searchParams.get('partNumber') === String(number);
  const passes: Promise<void>[] = [];
  await page.route(isPart, (route) => {
    resolve(route.request().url());
    // Whoever paused meanwhile has taken the request back.
    passes.push(released.then(() => route.continue()).catch(() => {}));
  });
  return {
    asked,
    release: async () => {
      letOut();
      await Promise.all(passes);
      // The browser answers preflights itself as long as anything may be held.
      await page.unroute(isPart);
    },
  };
}

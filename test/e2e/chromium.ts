import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { temporaryFolder } from './running-stack.ts';

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Starts a headless Chromium: the one at CHROMIUM_PATH, one that is installed, or on Linux on x64 the one of a package. */
export async function startChromium(): Promise<{ browser: Browser; stop: () => Promise<void> }> {
  const { CHROMIUM_PATH: named } = process.env;
  const found = named === undefined || named === '' ? installed.find((path) => existsSync(path)) : named;
  if (found === undefined) return await startPackaged();
  const browser = await chromium.launch({ executablePath: found });
  return { browser, stop: () => browser.close() };
}

/** Starts the Chromium that the package brings, unpacked into a folder of its own for as long as it runs. */
async function startPackaged(): Promise<{ browser: Browser; stop: () => Promise<void> }> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('No Chromium was found. Install it or Google Chrome, or name one in CHROMIUM_PATH.');
  }
  const folder = temporaryFolder();
  const executablePath = await unpack(folder.path);
  const fonts = join(folder.path, 'fonts');
  const cache = join(folder.path, 'fonts-cache');
  // The package's own names folders of Lambda.
  writeFileSync(join(fonts, 'fonts.conf'), `<fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>`);
  // What a slim Linux may lack: NSS and expat, and any font at all.
  const env = { ...process.env, LD_LIBRARY_PATH: join(folder.path, 'al2023', 'lib'), FONTCONFIG_PATH: fonts };
  const browser = await chromium.launch({ executablePath, env });
  return {
    browser,
    stop: async () => {
      await browser.close();
      folder.remove();
    },
  };
}

async function unpack(folder: string): Promise<string> {
  const { inflate } = await import('@sparticuz/chromium');
  const bin = fileURLToPath(new URL('../bin/', import.meta.resolve('@sparticuz/chromium')));
  const { TMPDIR: before } = process.env;
  // The package unpacks into the folder for temporary files, where a start that was cut short would leave half a browser.
  process.env.TMPDIR = folder;
  try {
    await Promise.all(['al2023.tar.br', 'fonts.tar.br'].map((name) => inflate(join(bin, name))));
    return await inflate(join(bin, 'chromium.br'));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

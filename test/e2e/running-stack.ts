import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const LocalJson = z.object({
  api: z.string(),
  keys: z.record(z.string(), z.string()),
  token: z.string(),
  oidc: z.object({ clientId: z.string(), clientSecret: z.string() }),
});

/** A stack that runs as a process of its own, as `npm start` runs it. */
export type RunningStack = {
  api: string;
  keys: Record<string, string>;
  /** The administrator's. */
  token: string;
  /** The client for machines. */
  oidc: { clientId: string; clientSecret: string };
  /** Calls the admin API as the administrator. */
  admin(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }>;
  /** Posts a report to the example's crash log. */
  report(body: unknown, headers?: Record<string, string>): Promise<{ status: number; json: unknown }>;
  /** Sends a signal and waits for the end. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
};

/** A folder for one stack's state, removed at the end. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'feedbridge-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts a stack on a free port and waits until it says that it is ready. */
export async function runStack(dataDir: string): Promise<RunningStack> {
  const args = ['local/start.ts', '--port', '0', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  await untilReady(child);
  const { api, keys, token, oidc } = LocalJson.parse(JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8')));
  const call = async (method: string, path: string, headers: Record<string, string>, body: unknown) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...sent,
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
  };
  return {
    api,
    keys,
    token,
    oidc,
    admin: async (method, path, body) =>
      await call(method, `/admin/v1${path}`, { authorization: `Bearer ${token}` }, body),
    report: async (body, headers = {}) =>
      await call(
        'POST',
        '/api/v1/projects/apollo/feedback/appcrashlog',
        { 'x-api-key': keys.mobile ?? '', ...headers },
        body,
      ),
    async end(signal) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/** Reads the child's output until it says that it is ready; fails with what it said where it ends before. */
async function untilReady(child: ChildProcess): Promise<void> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the output is not piped');
  let said = '';
  stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const lines = createInterface({ input: stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      said += `${line}\n`;
      if (line.startsWith('  -d ')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the stack ended with ${code}: ${said}`)));
  });
}

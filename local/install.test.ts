import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

const lock = JSON.stringify({
  packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } },
});
const hash = createHash('sha256').update(lock).digest('hex');
let root: string;
let record: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'feedbridge-install-test-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  record = join(root, 'node_modules', '.feedbridge-installed');
  mkdirSync(join(root, 'local'));
  mkdirSync(join(root, 'node_modules'));
  copyFileSync(join(import.meta.dirname, 'install.mjs'), join(root, 'local', 'install.mjs'));
  writeFileSync(join(root, 'package-lock.json'), lock);
  // Instead of npm: notes that it was called, and how.
  writeFileSync(
    join(root, 'npm.cjs'),
    `require('node:fs').appendFileSync('${join(root, 'called')}', process.argv.slice(2).join(' ') + '\\n')`,
  );
});

function install() {
  const env = { ...process.env, npm_execpath: join(root, 'npm.cjs') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'local', 'install.mjs')], {
    env,
    encoding: 'utf8',
  });
  return { status, printed: stdout + stderr };
}

function calls(): string {
  return readFileSync(join(root, 'called'), 'utf8');
}

test('installs what was never installed, and is silent from then on', () => {
  expect(install()).toEqual({ status: 0, printed: 'Installing dependencies (npm ci) …\n' });
  expect(calls()).toBe('ci --no-audit --no-fund\n');
  expect(readFileSync(record, 'utf8').trim()).toBe(hash);
  expect(install()).toEqual({ status: 0, printed: '' });
  expect(calls()).toBe('ci --no-audit --no-fund\n');
});

test('installs again when the lock file has changed', () => {
  writeFileSync(record, 'another hash');
  install();
  expect(calls()).toBe('ci --no-audit --no-fund\n');
});

test('believes what npm itself has noted', () => {
  const noted = { packages: { 'node_modules/a': { version: '1.0.0' } } };
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify(noted));
  expect(install()).toEqual({ status: 0, printed: '' });
  expect(readFileSync(record, 'utf8').trim()).toBe(hash);
});

test('notes nothing when npm fails', () => {
  writeFileSync(join(root, 'npm.cjs'), 'process.exit(1)');
  const { status, printed } = install();
  expect(status).toBe(1);
  expect(printed).toContain('The dependencies could not be installed; see above.');
  expect(() => readFileSync(record)).toThrow();
});

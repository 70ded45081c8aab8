// Installs the dependencies that are missing, and is silent otherwise. Runs before `npm start` and `npm test`, when Node 24
// may not be installed yet, so it is plain JavaScript for Node 20 and needs no package.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
const record = join(modules, '.feedbridge-installed');
const lock = readFileSync(lockFile);
const wanted = createHash('sha256').update(lock).digest('hex');

if (read(record)?.trim() !== wanted) {
  if (!isInstalled()) install();
  writeFileSync(record, `${wanted}\n`);
}

function install() {
  console.error('Installing dependencies (npm ci) …');
  // Under npm this is npm's own script; run by hand it is found on the PATH.
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'], options)
    : spawnSync('npm', ['ci', '--no-audit', '--no-fund'], options);
  if (status === 0) return;
  console.error(`The dependencies could not be installed${error ? ` (${error.message})` : ''}; see above.`);
  process.exit(1);
}

/** Whether npm itself has noted every package of the lock file, as after an `npm ci` by hand. */
function isInstalled() {
  const noted = read(join(modules, '.package-lock.json'));
  if (noted === undefined) return false;
  const { packages: found } = JSON.parse(noted);
  return Object.entries(JSON.parse(lock.toString()).packages).every(
    ([path, { version, optional }]) =>
      path === '' || (found[path]?.version ?? (optional ? version : undefined)) === version,
  );
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

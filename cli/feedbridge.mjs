#!/usr/bin/env node
// Starts the command line. Its sources are TypeScript, which Node 24 runs as they are; under an older Node, this file (plain
// JavaScript for Node 20) has the one that is installed with Feedbridge run them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const main = new URL('./main.ts', import.meta.url);
const node = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (!existsSync(new URL('../node_modules/commander', import.meta.url))) {
  console.error('feedbridge needs its dependencies: run `npm install` (or `npm start`) in its folder first.');
  process.exitCode = 1;
} else if (Number.parseInt(process.versions.node, 10) >= 24 || !existsSync(node)) {
  await import(main.href);
} else {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal's Ctrl-C reaches the child by itself.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)));
}

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFunctionLog } from './function-log.ts';

test('keeps every line as JSON, and tells of errors in a sentence', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-log-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'functions.log');
  const told: string[] = [];
  const log = openFunctionLog(file, (sentence) => told.push(sentence));
  const failure = {
    level: 'ERROR',
    message: 'request failed',
    requestId: 'r1',
    error: { message: 'on purpose', stack: '…' },
  };
  log.print('probe', '{"level":"INFO","message":"request"}');
  log.print('probe', 'no JSON');
  log.print('probe', '{"broken');
  log.print('probe', JSON.stringify(failure));
  await log.close();
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'INFO', message: 'request' },
    { function: 'probe', message: 'no JSON' },
    { function: 'probe', message: '{"broken' },
    failure,
  ]);
  expect(told).toEqual([`probe: request failed, on purpose, request r1 (${file})`]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

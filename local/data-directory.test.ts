import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openDataDirectory, openEphemeralDirectory } from './data-directory.ts';

let folder: string;
beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'feedbridge-data-test-'));
  folder = join(parent, 'data');
  onTestFinished(() => rmSync(parent, { recursive: true }));
});

describe('openDataDirectory', () => {
  test('lets nobody else in until it is released', () => {
    const first = openDataDirectory(folder);
    expect(() => openDataDirectory(folder)).toThrow('Another local stack is running on');
    first.release();
    openDataDirectory(folder).release();
  });

  test.each(['{"api', '[]'])('refuses a local.json of %s', (content) => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'local.json'), content);
    expect(() => openDataDirectory(folder)).toThrow(
      /local\.json is damaged .*; restore it, or start with another --data-dir\.$/,
    );
    // The refusal holds no lock: the next start says the same.
    expect(() => openDataDirectory(folder)).toThrow('local.json is damaged');
  });

  test('refuses a path below a folder that takes none, and does not try for ever', () => {
    expect(() => openDataDirectory('/dev/null/x/y')).toThrow('cannot be made');
  });

  test('refuses a path that is a file', () => {
    writeFileSync(folder, '');
    expect(() => openDataDirectory(folder)).toThrow(`The data directory ${folder} cannot be made`);
  });
});

describe('openEphemeralDirectory', () => {
  test('takes everything away that it made', () => {
    const directory = openEphemeralDirectory(folder);
    expect(directory.publish({ api: 'x' })).toBe(join(folder, 'local.json'));
    directory.release();
    expect(existsSync(directory.work)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  test('keeps what others put into the folder', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    writeFileSync(join(folder, 'local.json'), '{"before":true}');
    const directory = openEphemeralDirectory(folder);
    directory.publish({ api: 'x' });
    directory.release();
    expect(readdirSync(folder).sort()).toEqual(['local.json', 'mine.txt']);
    expect(JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8'))).toEqual({ before: true });
  });

  test('leaves the local.json of a running stack alone', () => {
    const running = openDataDirectory(folder);
    running.publish({ api: 'running' });
    const directory = openEphemeralDirectory(folder);
    expect(directory.publish({ api: 'x' })).toBe(join(directory.work, 'local.json'));
    directory.release();
    expect(JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8'))).toEqual({ api: 'running' });
    running.release();
  });
});

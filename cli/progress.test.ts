import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openProgress } from './progress.ts';

test('where somebody watches, a bar moves', async () => {
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
  const progress = openProgress({ isWatched: true, stderr, say: () => {} }, 'targets');
  progress.show(0, 50);
  progress.show(25, 50, 'about 3 s left');
  progress.stop();
  stderr.end();
  const shown = await text(stderr);
  expect(shown).toContain('0%  0 of 50 targets');
  expect(shown).toContain('50%  25 of 50 targets  about 3 s left');
});

test('elsewhere, each tenth is a line, and nothing else', () => {
  const lines: string[] = [];
  const stderr = new PassThrough();
  const progress = openProgress({ isWatched: false, stderr, say: (line) => lines.push(line) }, 'targets');
  for (let done = 0; done <= 1_000; done += 1) progress.show(done, 1_000);
  progress.stop();
  expect(lines).toEqual(Array.from({ length: 11 }, (_, tenth) => `${tenth * 100} of 1000 targets`));
  expect(stderr.readableLength).toBe(0);
});

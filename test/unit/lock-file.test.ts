import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';

const Lock = z.object({
  packages: z.record(z.string(), z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
});
const text = readFileSync('package-lock.json', 'utf8');
const { packages } = Lock.parse(JSON.parse(text));

test('the lock file has an entry for every platform, without which `npm ci` refuses it', () => {
  const paths = Object.keys(packages);
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies));
  const missing = wanted.filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)));
  expect(missing).toEqual([]);
});

test('the lock file holds no download addresses', () => {
  expect(text).not.toMatch(/"resolved"|\.tgz/);
});

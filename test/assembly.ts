import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the synthesised local stack that all tests of a run share. */
    assemblyDir: string;
  }
}

/** Synthesises the local stack once per run; its folder goes to the tests, and away afterwards. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-assembly-'));
  const assemblyDir = join(folder, 'cdk.out');
  await promisify(execFile)(process.execPath, ['bin/feedbridge.ts'], {
    env: {
      ...process.env,
      FEEDBRIDGE_STAGE: 'local',
      FEEDBRIDGE_CHECKS: 'off',
      FEEDBRIDGE_DIST: join(folder, 'dist'),
      CDK_OUTDIR: assemblyDir,
    },
  });
  project.provide('assemblyDir', assemblyDir);
  return () => rmSync(folder, { recursive: true, force: true });
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { functionNames } from '../functions/routes.ts';
import { FeedbridgeStack } from './feedbridge-stack.ts';
import { type Settings, stages } from './settings.ts';

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
const Resources = z.record(z.string(), Resource);

/** The template of a stack, for assertions and for reading resource by resource. */
type StackUnderTest = { template: Template; resources: z.infer<typeof Resources> };

/** Makes a folder that is gone when the file's tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-lib-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a folder with an empty bundle per function, so that no test of the template waits for esbuild. */
export function emptyBundles(): string {
  const dist = temporaryFolder();
  for (const name of functionNames) {
    mkdirSync(join(dist, name));
    writeFileSync(join(dist, name, 'index.mjs'), `// ${name}\n`);
  }
  return dist;
}

/** Builds the stack of stage dev with some settings changed. */
export function stackWith(changes: Partial<Settings> = {}): StackUnderTest {
  const app = new App({ outdir: temporaryFolder(), analyticsReporting: false });
  const settings: Settings = { ...stages.dev, ...changes };
  const stack = new FeedbridgeStack(app, 'feedbridge-test', {
    settings,
    dist: emptyBundles(),
    env: { account: '111111111111', region: settings.region },
  });
  const template = Template.fromStack(stack);
  return { template, resources: Resources.parse(template.toJSON().Resources) };
}

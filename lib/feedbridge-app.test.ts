import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { feedbridgeApp } from './feedbridge-app.ts';
import { stages } from './settings.ts';
import { emptyBundles, temporaryFolder } from './stack-under-test.ts';

describe.each(Object.keys(stages))('stage %s', (stage) => {
  test('passes cdk-nag and the rules of CloudFormation without a finding', () => {
    const outdir = temporaryFolder();
    feedbridgeApp({ stage, dist: emptyBundles(), checks: true, outdir }).synth();
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports).toEqual([]);
  });
});

describe('the app', () => {
  test('is of stage dev unless told otherwise', () => {
    const app = feedbridgeApp({ dist: emptyBundles(), checks: false, outdir: temporaryFolder() });
    expect(app.node.tryFindChild('feedbridge-dev')).toBeDefined();
  });

  test('refuses a stage that the settings do not have, and lists those they have', () => {
    const build = () =>
      feedbridgeApp({ stage: 'test', dist: emptyBundles(), checks: false, outdir: temporaryFolder() });
    expect(build).toThrow("There is no stage 'test'. lib/settings.ts has: local, dev, prod.");
  });
});

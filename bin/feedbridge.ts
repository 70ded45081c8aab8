import { resolve } from 'node:path';
import { bundleFunctions } from '../lib/bundle.ts';

// FEEDBRIDGE_CHECKS=off leaves out cdk-nag and CloudFormation's rules, for a quick start on one machine.
// aws-cdk-lib reads CDK_VALIDATION, so it is set before that is imported.
const checks = process.env.FEEDBRIDGE_CHECKS !== 'off';
if (!checks) process.env.CDK_VALIDATION = 'false';

const dist = resolve(process.env.FEEDBRIDGE_DIST ?? 'dist');
// esbuild works in a process of its own, while this one is busy with the import.
const [{ feedbridgeApp }] = await Promise.all([import('../lib/feedbridge-app.ts'), bundleFunctions(dist)]);

feedbridgeApp({
  dist,
  checks,
  stage: process.env.FEEDBRIDGE_STAGE,
  account: process.env.CDK_DEFAULT_ACCOUNT,
}).synth();

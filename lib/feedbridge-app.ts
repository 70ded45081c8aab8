import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FeedbridgeStack } from './feedbridge-stack.ts';
import { type Settings, stageNamed, stages } from './settings.ts';

/** What an app is made from: where the bundles lie, whether to check the template, and for whom it is. */
type FeedbridgeAppProps = {
  dist: string;
  checks: boolean;
  /** Absent: the context's `stage`, else dev. */
  stage?: string | undefined;
  /** The account for stages that name none. */
  account?: string | undefined;
  /** Where to write; absent: the folder that CDK_OUTDIR or the cdk CLI names. */
  outdir?: string;
};

/** Builds the app of one stage: one stack, named feedbridge-<stage>. */
export function feedbridgeApp({ dist, checks, stage, account, outdir }: FeedbridgeAppProps): App {
  const app = new App({
    analyticsReporting: false,
    context: { '@aws-cdk/core:validateAgainstDefaultRules': checks },
    ...(outdir ? { outdir } : {}),
  });
  if (checks) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const name = stageNamed(stage ?? app.node.tryGetContext('stage') ?? 'dev');
  const settings: Settings = stages[name];
  new FeedbridgeStack(app, `feedbridge-${name}`, {
    settings,
    dist,
    // Synthesis needs no account; without the cdk CLI or a setting this one stands in.
    env: { account: settings.account ?? account ?? '000000000000', region: settings.region },
  });
  Tags.of(app).add('application', 'feedbridge');
  return app;
}

import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type EnvironmentKey, environmentNames } from '../functions/environment.ts';
import type { FunctionName } from '../functions/routes.ts';
import { type FunctionProfile, functionProfiles, type Reach, reaches } from './function-profiles.ts';
import type { Settings } from './settings.ts';

/** What every function is built from: its stage, where the bundles lie, and the ARNs and values to hand out. */
export type FunctionSurroundings = {
  settings: Settings;
  dist: string;
  /** None for what the stage does not have. */
  arns: Record<Reach, string | readonly string[]>;
  environment: Record<EnvironmentKey, string>;
};

/** One Lambda function with a role, a log group and an environment of its own, as its profile says. */
export class FeedbridgeFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, name: FunctionName, surroundings: FunctionSurroundings) {
    super(scope, name);
    const profile = functionProfiles[name];
    const { settings } = surroundings;
    const stackName = Stack.of(this).stackName;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/${stackName}/${name}`,
      retention: settings.logRetentionDays,
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]));
    for (const statement of grantsOf(profile, surroundings)) role.addToPolicy(statement);
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: `${stackName}-${name}`,
      description: profile.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(surroundings.dist, name)),
      handler: 'index.handler',
      memorySize: profile.memoryMb,
      timeout: Duration.seconds(profile.timeoutSeconds),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: environmentOf(profile, surroundings.environment),
      ...(profile.feedsItself ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
    });
  }
}

function grantsOf(profile: FunctionProfile, { arns, settings }: FunctionSurroundings): PolicyStatement[] {
  return reaches.flatMap((reach) => {
    const actions = profile.grants[reach];
    const resources = [arns[reach]].flat();
    if (actions === undefined || resources.length === 0) return [];
    const statement = allow(actions, resources);
    // A domain's identity would let any address of the domain be the sender.
    if (reach === 'emailIdentity') statement.addCondition('StringEquals', { 'ses:FromAddress': settings.email?.from });
    return [statement];
  });
}

function allow(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
}

function environmentOf(profile: FunctionProfile, values: Record<EnvironmentKey, string>): Record<string, string> {
  return {
    NODE_OPTIONS: '--enable-source-maps',
    ...Object.fromEntries(profile.environment.map((key) => [environmentNames[key], values[key]])),
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EventSource, Integration, LambdaFunction, Route } from './known-resources.ts';
import { createLambda, type Lambda } from './lambda.ts';
import type { Provisioned } from './provision.ts';
import type { StackOptions } from './stack-options.ts';
import { StartError } from './start-error.ts';
import { type Assembly, resourcesOf } from './template.ts';

/** The template's functions, found by ARN or by name. */
export type Functions = { get: (arnOrName: string) => Lambda; stop: () => Promise<void> };

/** Makes every function of the template invocable. */
export function createFunctions(
  assembly: Assembly,
  { references, environmentOf }: Provisioned,
  print: (functionName: string, line: string) => void,
  adapt: StackOptions['environment'] = (_, environment) => environment,
): Functions {
  const byName = new Map<string, Lambda>();
  const all = resourcesOf(assembly, LambdaFunction, references).map(({ id, properties }) => {
    const [file = '', exportName = ''] = properties.Handler.split('.');
    const functionArn = references.attribute(id, 'Arn');
    const lambda = createLambda(
      {
        module: moduleIn(assembly.bundleOf(properties.Code.S3Key), file),
        exportName,
        functionName: properties.FunctionName,
        functionArn,
        memoryMb: properties.MemorySize,
        timeoutSeconds: properties.Timeout,
        environment: adapt(properties.FunctionName, environmentOf(id)),
      },
      (line) => print(properties.FunctionName, line),
    );
    byName.set(functionArn, lambda).set(properties.FunctionName, lambda);
    return lambda;
  });
  return {
    get: (arnOrName) => {
      const lambda = byName.get(arnOrName);
      if (lambda === undefined) throw new StartError(`The template has no function ${arnOrName}.`);
      return lambda;
    },
    stop: async () => {
      await Promise.all(all.map((lambda) => lambda.stop()));
    },
  };
}

/** Starts an instance of each function that a report passes on its way: behind a public POST, and behind the sources. */
export function warmUp(assembly: Assembly, { references }: Provisioned, functions: Functions): void {
  const sources = resourcesOf(assembly, EventSource, references).map(({ properties }) => properties.FunctionName);
  const integrations = resourcesOf(assembly, Integration, references);
  const routes = resourcesOf(assembly, Route, references)
    .filter(
      ({ properties: { RouteKey, AuthorizationType } }) => RouteKey.startsWith('POST ') && AuthorizationType === 'NONE',
    )
    .flatMap(({ properties: { Target } }) =>
      integrations.filter(({ id }) => Target === `integrations/${references.ref(id)}`),
    )
    .map(({ properties }) => properties.IntegrationUri);
  for (const name of [...sources, ...routes]) functions.get(name).warm();
}

function moduleIn(folder: string, name: string): string {
  const found = ['mjs', 'js', 'cjs'].map((ending) => join(folder, `${name}.${ending}`)).find(existsSync);
  if (found === undefined) throw new StartError(`The bundle ${folder} has no ${name}.mjs.`);
  return pathToFileURL(found).href;
}

import type { Endpoints } from './engines.ts';
import type { References } from './intrinsics.ts';
import { LambdaFunction } from './known-resources.ts';
import { credentials, issuerPath, region, userPoolIssuer } from './place.ts';
import { type Assembly, resourcesOf } from './template.ts';

/** The environment a function gets: the template's, and what Lambda sets, with every AWS service on this machine. */
export function environmentOf(
  assembly: Assembly,
  references: References,
  { endpoints, origin }: { endpoints: Endpoints; origin: string },
  name: string,
): Record<string, string> {
  const found = resourcesOf(assembly, LambdaFunction, references).find(
    ({ id, properties }) =>
      [id, properties.FunctionName].includes(name) || properties.FunctionName === `${assembly.stackName}-${name}`,
  );
  if (found === undefined) throw new Error(`There is no function '${name}' in the template.`);
  const { FunctionName, MemorySize, Handler, LoggingConfig, Runtime, Environment } = found.properties;
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    AWS_ENDPOINT_URL_SESV2: endpoints.ses,
    // Whoever has a profile of their own on this machine must not see its settings at work here.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_EXECUTION_ENV: `AWS_Lambda_${Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: FunctionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_FORMAT: LoggingConfig.LogFormat,
    AWS_LAMBDA_LOG_GROUP_NAME: LoggingConfig.LogGroup,
    _HANDLER: Handler,
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    ...withLocalIssuer(Environment?.Variables ?? {}, origin),
  };
}

/** The user pool that a function is told of is the embedded issuer here. */
function withLocalIssuer(variables: Readonly<Record<string, string>>, origin: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value.startsWith(userPoolIssuer) ? `${origin}${issuerPath}` : value,
    ]),
  );
}

import * as z from 'zod';
import { type EnvironmentKey, environmentNames } from '../environment.ts';

const text = z.string().min(1);
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((value) => JSON.parse(value))
    .pipe(schema);

/** Every setting a function can be given; each function picks and parses those that the stack gives it. */
export const Settings = z.object({
  tableName: text,
  bucketName: text,
  webhookQueueUrl: text,
  emailQueueUrl: text,
  macroQueueUrl: text,
  masterSecretArn: text,
  configCacheSeconds: z.coerce.number().min(0),
  apiOrigin: text,
  consoleOrigin: text,
  dueShards: z.coerce.number().int().min(1),
  deliveryRetentionDays: z.coerce.number().int().min(1),
  variables: json(z.record(z.string(), z.record(z.string(), z.string()))),
  outboundAllowHttp: z.enum(['true', 'false']).transform((value) => value === 'true'),
  outboundAllowedCidrs: json(z.array(z.string())),
  administratorGroups: json(z.array(z.string())),
  /** Empty where the stage sends no e-mail. */
  emailFrom: z.string(),
} satisfies Record<EnvironmentKey, z.ZodType>);

/** Names the environment's values by our keys, for {@link Settings} to pick from. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(environmentNames).map(([key, name]) => [key, environment[name]]));
}

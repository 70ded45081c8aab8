import * as z from 'zod';
import { RoleMapping } from '../../core/access/role-mapping.ts';
import { type EnvironmentKey, environmentNames } from '../environment.ts';

const text = z.string().min(1);
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((value) => JSON.parse(value))
    .pipe(schema);

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Every setting a function can be given; each function picks and parses those that the stack gives it. */
export const Settings = z.object({
  tableName: text,
  bucketName: text,
  webhookQueueUrl: text,
  emailQueueUrl: text,
  macroQueueUrl: text,
  uploadQueueUrl: text,
  masterSecretArn: text,
  configCacheSeconds: z.coerce.number().min(0),
  apiOrigin: text,
  consoleOrigin: text,
  dueShards: z.coerce.number().int().min(1),
  deliveryRetentionDays: z.coerce.number().int().min(1),
  variables: json(z.record(z.string(), z.record(z.string(), z.string()))),
  outboundAllowHttp: flag,
  outboundAllowedCidrs: json(z.array(z.string())),
  administratorGroups: json(z.array(z.string())),
  /** Null where no group of a sign-in gives a role. */
  roleMapping: json(RoleMapping.nullable()).transform((mapping) => mapping ?? undefined),
  /** Empty where the stage sends no e-mail. */
  emailFrom: z.string(),
  uploadUrlSeconds: z.coerce.number().int().min(1).max(3_600),
  /** Empty where projects may store as much as they like. */
  storageQuotaBytes: z
    .union([z.literal(''), z.coerce.number().int().min(1)])
    .transform((value) => (value === '' ? undefined : value)),
  malwareProtection: flag,
  signInIssuer: text,
  signInClientId: text,
} satisfies Record<EnvironmentKey, z.ZodType>);

/** Names the environment's values by our keys, for {@link Settings} to pick from. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(environmentNames).map(([key, name]) => [key, environment[name]]));
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type References, resolveIntrinsics } from './intrinsics.ts';
import { ignoredTypes, type Known, knownResources } from './known-resources.ts';
import { namesBeforeStart } from './names.ts';
import { messageOf, StartError } from './start-error.ts';

const Resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const Template = z.strictObject({
  Description: z.string().optional(),
  Resources: z.record(z.string(), Resource),
  Outputs: z.unknown().optional(),
  Parameters: z.strictObject({ BootstrapVersion: z.unknown() }).optional(),
  Rules: z.unknown().optional(),
});
const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});
const Assets = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string(), packaging: z.string() }) })),
});

/** One resource of the template, its properties as written. */
export type Resource = { id: string; type: string; properties: Record<string, unknown> };

/** A synthesised stack: its resources and where each function's bundle lies. */
export type Assembly = {
  stackName: string;
  resources: readonly Resource[];
  /** The folder of the bundle that a function's `Code.S3Key` names. */
  bundleOf: (s3Key: string) => string;
};

/** Reads what `cdk synth` wrote; a StartError names every resource, property or function that is not known here. */
export function readAssembly(directory: string): Assembly {
  const manifest = Manifest.parse(readFile(directory, 'manifest.json'));
  const stacks = Object.entries(manifest.artifacts).filter(
    ([, artifact]) => artifact.type === 'aws:cloudformation:stack',
  );
  const stackName = stacks[0]?.[0];
  if (stackName === undefined || stacks.length > 1) {
    throw new StartError(`The local stack runs one CloudFormation stack, and ${directory} has ${stacks.length}.`);
  }
  const template = parseTemplate(readFile(directory, `${stackName}.template.json`));
  const { files } = Assets.parse(readFile(directory, `${stackName}.assets.json`));
  const resources = Object.entries(template.Resources).map(([id, { Type, Properties }]) => ({
    id,
    type: Type,
    properties: Properties,
  }));
  const assembly: Assembly = {
    stackName,
    resources,
    bundleOf: (s3Key) => {
      const asset = files[s3Key.replace(/\.zip$/, '')];
      if (asset === undefined) throw new StartError(`The assembly has no asset for ${s3Key}.`);
      return join(directory, asset.source.path);
    },
  };
  refuseUnknown(assembly);
  return assembly;
}

/** The resources of one type, with their properties checked and every reference put in. */
export function resourcesOf<Schema extends z.ZodType>(
  { resources }: Assembly,
  { type, schema }: Known<Schema>,
  references: References,
): { id: string; properties: z.output<Schema> }[] {
  return resources
    .filter((resource) => resource.type === type)
    .map(({ id, properties }) => ({ id, properties: schema.parse(resolveIntrinsics(properties, references)) }));
}

function parseTemplate(content: unknown): z.output<typeof Template> {
  const parsed = Template.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new StartError(`The template has a section that the local stack does not know: ${problems(parsed.error)}.`);
}

function refuseUnknown(assembly: Assembly): void {
  const references = namesBeforeStart(assembly.resources);
  const found = assembly.resources.flatMap((resource) => problemOf(resource, references) ?? []);
  if (found.length > 0) throw new StartError(`The local stack cannot run this template: ${found.join('; ')}.`);
}

function problemOf({ id, type, properties }: Resource, references: References): string | undefined {
  if (ignoredTypes.includes(type)) return undefined;
  const kind = knownResources.find((candidate) => candidate.type === type);
  if (kind === undefined) return `${id} has the unknown type ${type}`;
  try {
    const parsed = kind.schema.safeParse(resolveIntrinsics(properties, references));
    return parsed.success ? undefined : `${id} (${type}): ${problems(parsed.error)}`;
  } catch (error) {
    return `${id} (${type}): ${messageOf(error)}`;
  }
}

function problems(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join(', ');
}

function readFile(directory: string, name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(directory, name), 'utf8'));
  } catch (error) {
    throw new StartError(`${join(directory, name)} cannot be read (${messageOf(error)}).`, { cause: error });
  }
}

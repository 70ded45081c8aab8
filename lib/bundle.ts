import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import * as z from 'zod';
import { type FunctionName, functionNames } from '../functions/routes.ts';

const root = join(import.meta.dirname, '..');

/**
 * Leaves out the SDK's ways to find credentials that Lambda never goes (SSO, profiles, processes, instance metadata):
 * its keys are in the environment, which is asked first; and event streams, which no service that is called here has.
 * Only what the SDK imports when it gets there is left out.
 */
const leaveOutUnusedWays: Plugin = {
  name: 'leave-out-unused-ways',
  setup({ onResolve }) {
    const filter =
      /^@aws-sdk\/(credential-provider-|nested-clients|token-providers)|^@smithy\/credential-provider-imds|^@smithy\/core\/event-streams$/;
    onResolve({ filter }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
  },
};

/**
 * Keeps RE2 in a file of its own beside the functions that load it for the few answers and bodies that are searched by an
 * expression: it is a third of the sender's code, and every cold start would wait for it. Other functions have it in theirs.
 */
const leaveOutExpressions: Plugin = {
  name: 'leave-out-expressions',
  setup({ onResolve }) {
    onResolve({ filter: /^re2js$/ }, ({ kind, importer }) =>
      kind === 'dynamic-import' && importer.endsWith(join('functions', 'kit', 'match-expression.ts'))
        ? { path: './re2js.mjs', external: true }
        : undefined,
    );
  },
};

/** Puts something small in the place of modules that a function would load at each cold start and never use. */
function replaceModules(name: string, replacements: readonly [module: RegExp, contents: string][]): Plugin {
  return {
    name,
    setup({ onLoad }) {
      for (const [filter, contents] of replacements) onLoad({ filter }, () => ({ contents, loader: 'js' }));
    },
  };
}

/**
 * Leaves out what zod describes its schemas with as JSON Schema: only the API's description asks for that. A schema that is
 * asked nevertheless throws.
 */
const leaveOutJsonSchema = replaceModules('leave-out-json-schema', [
  [
    /[/\\]zod[/\\]v4[/\\]core[/\\]json-schema-processors\.js$/,
    'export const toJSONSchema = undefined, allProcessors = {};',
  ],
  [/[/\\]zod[/\\]v4[/\\]core[/\\]json-schema-generator\.js$/, 'export const JSONSchemaGenerator = undefined;'],
  [
    /[/\\]zod[/\\]v4[/\\]core[/\\]to-json-schema\.js$/,
    'export const createToJSONSchemaMethod = undefined, createStandardJSONSchemaMethod = () => undefined;',
  ],
]);

/** Leaves out what a locale of date-fns knows for reading dates and for telling distances: here dates are only written. */
const leaveOutReadingOfDates = replaceModules('leave-out-reading-of-dates', [
  [
    /[/\\]date-fns[/\\]locale[/\\]en-US[/\\]_lib[/\\](match|formatDistance|formatRelative)\.js$/,
    'export const match = undefined, formatDistance = undefined, formatRelative = undefined;',
  ],
]);

/**
 * Leaves out of the SDK the memory of endpoints that DynamoDB's client would discover if it were asked to, SHA-256 for where
 * Node was built without it, retries of the adaptive mode, headers of event streams, and the region of a machine's metadata:
 * Lambda says the region in the environment.
 */
const leaveOutUnusedParts = replaceModules('leave-out-unused-parts', [
  [
    /[/\\]mnemonist[/\\]lru-cache\.js$/,
    'export default class { get() {} peek() {} set() {} has() { return false; } clear() {} };',
  ],
  [/[/\\]@smithy[/\\]core[/\\].*[/\\]Sha256Js\.js$/, 'export class Sha256Js {}'],
  [/[/\\]@smithy[/\\]core[/\\].*[/\\]DefaultRateLimiter\.js$/, 'export class DefaultRateLimiter {}'],
  [/[/\\]@smithy[/\\]signature-v4[/\\].*[/\\]HeaderFormatter\.js$/, 'export class HeaderFormatter {}'],
  [
    /[/\\]@smithy[/\\]core[/\\].*[/\\]getInstanceMetadataRegion\.js$/,
    'export const getInstanceMetadataRegion = async () => undefined;',
  ],
]);

/** Leaves out all of the SDK's own package descriptions but the version, which is what its user agent says. */
const keepVersionOnly: Plugin = {
  name: 'keep-version-only',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[/\\][^/\\]+[/\\]package\.json$/ }, async ({ path }) => {
      const { version } = Package.parse(JSON.parse(await readFile(path, 'utf8')));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

const Package = z.object({ version: z.string() });

/** How functions are bundled; a measurement that builds functions of its own builds them alike. */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Packages that offer both are taken as ESM, which shakes better than their CommonJS.
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  // CommonJS packages ask for Node's modules by `require`, which ES modules lack.
  banner: {
    js: "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url);",
  },
  plugins: [
    leaveOutUnusedWays,
    leaveOutExpressions,
    keepVersionOnly,
    leaveOutJsonSchema,
    leaveOutReadingOfDates,
    leaveOutUnusedParts,
  ],
  logLevel: 'warning',
  // What is left out is undefined by intent.
  logOverride: { 'import-is-undefined': 'silent' },
} satisfies BuildOptions;

/** The one function that describes schemas as JSON Schema. */
const describing: FunctionName = 'answer-rest';

/** How one function is bundled. */
export function bundleOptionsOf(name: FunctionName): typeof bundleOptions {
  if (name !== describing) return bundleOptions;
  return { ...bundleOptions, plugins: bundleOptions.plugins.filter((plugin) => plugin !== leaveOutJsonSchema) };
}

/** Bundles every function into a folder of its own below `dist`, and answer-rest's API reference page with it. */
export async function bundleFunctions(dist: string): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await Promise.all([bundleCode(dist), packReferencePage(join(dist, 'answer-rest', 'docs'))]);
}

async function bundleCode(dist: string): Promise<void> {
  const output = { outdir: dist, outExtension: { '.js': '.mjs' } };
  const entryOf = (name: FunctionName) => ({ in: `functions/${name}/index.ts`, out: `${name}/index` });
  const others = functionNames.filter((name) => name !== describing);
  const expressions = ['send-webhook', 'fire-listener'].map((name) => ({ in: 're2js', out: `${name}/re2js` }));
  await Promise.all([
    build({ ...bundleOptions, ...output, entryPoints: [...others.map(entryOf), ...expressions] }),
    build({ ...bundleOptionsOf(describing), ...output, entryPoints: [entryOf(describing)] }),
  ]);
}

async function packReferencePage(folder: string): Promise<void> {
  const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await mkdir(folder, { recursive: true });
  const compress = async (file: string) =>
    writeFile(join(folder, `${file}.gz`), await promisify(gzip)(await readFile(join(source, file)), { level: 9 }));
  const copy = async (from: string, to: string) => writeFile(join(folder, to), await readFile(join(source, from)));
  await Promise.all([
    compress('swagger-ui-bundle.js'),
    compress('swagger-ui.css'),
    copy('favicon-32x32.png', 'favicon.png'),
  ]);
}

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

/**
 * Leaves out what zod describes its schemas with as JSON Schema: only the API's description asks for that, and every other
 * function would load it at each cold start. A schema that is asked nevertheless throws.
 */
const leaveOutJsonSchema: Plugin = {
  name: 'leave-out-json-schema',
  setup({ onLoad }) {
    const contents = 'export const toJSONSchema = undefined, allProcessors = {};';
    onLoad({ filter: /[/\\]zod[/\\]v4[/\\]core[/\\]json-schema-processors\.js$/ }, () => ({ contents, loader: 'js' }));
  },
};

/**
 * Leaves out the memory of endpoints that DynamoDB's client would discover: nobody asks it to, and the package behind it is as
 * large as a handler of ours.
 */
const leaveOutEndpointMemory: Plugin = {
  name: 'leave-out-endpoint-memory',
  setup({ onLoad }) {
    const contents = 'export default class { get() {} peek() {} set() {} has() { return false; } clear() {} };';
    onLoad({ filter: /[/\\]mnemonist[/\\]lru-cache\.js$/ }, () => ({ contents, loader: 'js' }));
  },
};

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
  plugins: [leaveOutUnusedWays, leaveOutExpressions, keepVersionOnly, leaveOutJsonSchema, leaveOutEndpointMemory],
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

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { functionNames } from '../functions/routes.ts';

const root = join(import.meta.dirname, '..');

/**
 * Leaves out the SDK's ways to find credentials that Lambda never goes (SSO, profiles, processes, instance metadata):
 * its keys are in the environment, which is asked first. Only what the SDK imports when it gets there is left out.
 */
const leaveOutUnusedSignIns: Plugin = {
  name: 'leave-out-unused-sign-ins',
  setup({ onResolve }) {
    const filter =
      /^@aws-sdk\/(credential-provider-|nested-clients|token-providers)|^@smithy\/credential-provider-imds/;
    onResolve({ filter }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
  },
};

/** How every function is bundled; a measurement that builds functions of its own builds them alike. */
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
  plugins: [leaveOutUnusedSignIns],
  logLevel: 'warning',
} satisfies BuildOptions;

/** Bundles every function into a folder of its own below `dist`, and answer-rest's API reference page with it. */
export async function bundleFunctions(dist: string): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await Promise.all([bundleCode(dist), packReferencePage(join(dist, 'answer-rest', 'docs'))]);
}

async function bundleCode(dist: string): Promise<void> {
  await build({
    ...bundleOptions,
    entryPoints: functionNames.map((name) => ({ in: `functions/${name}/index.ts`, out: `${name}/index` })),
    outdir: dist,
    outExtension: { '.js': '.mjs' },
  });
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

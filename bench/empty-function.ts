import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import type { FunctionName } from '../functions/routes.ts';
import { bundleOptions, bundleOptionsOf } from '../lib/bundle.ts';

const root = join(import.meta.dirname, '..');

/** SDK packages that hold clients; a bundle has one of them where a function imports it, directly or not. */
const clientPackage = /^node_modules\/(@aws-sdk\/(?:client-[a-z0-9-]+|lib-dynamodb))\//;

/** How each client is made. */
const makers: Readonly<Record<string, { imported: string; made: string }>> = {
  '@aws-sdk/client-dynamodb': { imported: 'DynamoDBClient', made: 'new DynamoDBClient({ maxAttempts: 5 })' },
  '@aws-sdk/lib-dynamodb': {
    imported: 'DynamoDBDocumentClient',
    made: 'DynamoDBDocumentClient.from(new DynamoDBClient())',
  },
  '@aws-sdk/client-sqs': { imported: 'SQSClient', made: 'new SQSClient()' },
  '@aws-sdk/client-sesv2': { imported: 'SESv2Client', made: 'new SESv2Client()' },
  '@aws-sdk/client-s3': { imported: 'S3Client', made: 'new S3Client()' },
};

/** Builds a function that makes the same SDK clients and does nothing; returns its file and the clients' packages. */
export async function buildEmptyFunction(
  name: FunctionName,
  bundle: string,
  folder: string,
): Promise<{ file: string; clients: string[] }> {
  const clients = await clientsOf(name, bundle, join(folder, 'again'));
  const known = clients.map((client) => {
    const maker = makers[client];
    if (maker === undefined) throw new Error(`bench/empty-function.ts does not know how to make a client of ${client}`);
    return { client, ...maker };
  });
  const imports = known.map(({ client, imported }) => `import { ${imported} } from '${client}';`);
  const contents = [
    ...imports,
    `const clients = [${known.map(({ made }) => made).join(', ')}];`,
    'export const handler = async () => clients.length;',
  ].join('\n');
  const file = join(folder, 'empty', 'index.mjs');
  await build({ ...bundleOptions, stdin: { contents, resolveDir: root }, outfile: file });
  return { file, clients };
}

/** Which clients a bundle has; bundling it again also proves that the code has not changed since. */
async function clientsOf(name: FunctionName, bundle: string, folder: string): Promise<string[]> {
  const outfile = join(folder, 'index.mjs');
  const entryPoints = [`functions/${name}/index.ts`];
  const { metafile } = await build({ ...bundleOptionsOf(name), entryPoints, outfile, metafile: true });
  if (readFileSync(outfile, 'utf8') !== readFileSync(bundle, 'utf8')) {
    throw new Error('the code has changed since it was bundled');
  }
  return packagesIn(metafile);
}

function packagesIn({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return [...new Set(inputs.flatMap((path) => clientPackage.exec(path)?.[1] ?? []))].sort();
}

import { join } from 'node:path';
import { startGuarded } from './guarded-process.ts';
import { StartError } from './start-error.ts';

const root = join(import.meta.dirname, '..');

/** Bundles the functions and synthesises the local stage into `folder`; answers where the assembly is. */
export async function synthesise(folder: string): Promise<string> {
  const assembly = join(folder, 'assembly');
  const child = startGuarded([process.execPath, join(root, 'bin', 'feedbridge.ts')], {
    ...process.env,
    FEEDBRIDGE_STAGE: 'local',
    FEEDBRIDGE_DIST: join(folder, 'dist'),
    // cdk-nag and CloudFormation's rules belong to the tests; here they would double the time.
    FEEDBRIDGE_CHECKS: 'off',
    CDK_OUTDIR: assembly,
  });
  const { code, output } = await child.ended;
  if (code === 0) return assembly;
  throw new StartError(`The stack cannot be synthesised:\n${output}`);
}

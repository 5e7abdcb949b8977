import { spawnSync } from 'node:child_process';
import { DeployError } from '../deploy-error.ts';
import { ROOT } from '../paths.ts';

/** The packages that an app's bundle is made of, as SPDX 2.3 JSON: https://spdx.dev */
export function sbom(app: string): string {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    [
      'sbom',
      '--sbom-format=spdx',
      '--sbom-type=application',
      '--omit=dev',
      '--omit=optional',
      `--workspace=apps/${app}`,
      '--loglevel=error',
    ],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 27, shell: process.platform === 'win32' },
  );
  if (status !== 0)
    throw new DeployError(`npm sbom of ${app} failed:\n${stderr.trim().split('\n').slice(-10).join('\n')}`);
  return stdout;
}

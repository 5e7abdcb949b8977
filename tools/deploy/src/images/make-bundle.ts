import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployError } from '../deploy-error.ts';
import { ROOT } from '../paths.ts';

/** What one app's bundle cost, ms. */
export interface BundleTime {
  readonly compileMs: number;
  readonly bundleMs: number;
}

/** Compiles one app with what it references, and bundles it, as `npm run bundle` does for all. Throws DeployError. */
export function makeBundle(app: string): BundleTime {
  const dir = join(ROOT, 'apps', app);
  const started = performance.now();
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', dir], ROOT);
  const compiled = performance.now();
  const { scripts } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { scripts: { bundle: string } };
  run('sh', ['-c', scripts.bundle], dir);
  return { compileMs: Math.round(compiled - started), bundleMs: Math.round(performance.now() - compiled) };
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new DeployError(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

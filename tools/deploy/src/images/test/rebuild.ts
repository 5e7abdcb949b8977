import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployError } from '../../deploy-error.ts';
import { ROOT } from '../../paths.ts';
import { buildImage, type BuildOptions } from '../build-image.ts';

/** What one change of one line costs, from the saved file to the image, ms. */
export interface RebuildTime {
  readonly compileMs: number;
  readonly bundleMs: number;
  readonly imageMs: number;
}

/** Changes one line of an app, compiles, bundles and builds its image; puts the line back afterwards. */
export function timeRebuild(app: string, options: BuildOptions): RebuildTime {
  const file = join(ROOT, 'apps', app, 'src/main.ts');
  const source = readFileSync(file, 'utf8');
  try {
    compileAndBundle(app);
    buildImage(app, options);
    writeFileSync(file, `${source}process.env['KIBAN_CHANGED'] ??= '${Date.now()}';\n`);
    const { compileMs, bundleMs } = compileAndBundle(app);
    const started = performance.now();
    buildImage(app, options);
    return { compileMs, bundleMs, imageMs: Math.round(performance.now() - started) };
  } finally {
    writeFileSync(file, source);
    compileAndBundle(app);
    buildImage(app, options);
  }
}

function compileAndBundle(app: string): { compileMs: number; bundleMs: number } {
  const dir = join(ROOT, 'apps', app);
  const started = performance.now();
  run('npx', ['tsc', '-b', dir], ROOT);
  const compiled = performance.now();
  run('npm', ['run', '--silent', 'bundle'], dir);
  return { compileMs: Math.round(compiled - started), bundleMs: Math.round(performance.now() - compiled) };
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new DeployError(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

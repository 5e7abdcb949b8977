import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import { replaceFiles } from './replace-files.ts';

/** What one change cost, ms. */
export interface BundleTime {
  readonly compileMs: number;
  readonly bundleMs: number;
  /** Files of the bundle that are not what they were. */
  readonly changed: number;
}

/**
 * Compiles and bundles an app. Only files of the bundle whose content differs are written, each in one step, so that
 * whoever watches the folder copies no more than what changed and never half a file.
 * @returns undefined when it does not compile; the compiler has said why
 */
export async function buildBundle(app: string): Promise<BundleTime | undefined> {
  const dir = join(ROOT, 'apps', app);
  const started = performance.now();
  if (!(await run(join(ROOT, 'node_modules/typescript/bin/tsc'), ['-b', dir], ROOT))) return undefined;
  const compiled = performance.now();
  const next = join(dir, 'dist/bundle');
  const bundler = join(ROOT, 'tools/build/bundle.mjs');
  if (!(await run(bundler, ['--readable', 'dist/main.js', 'dist/bundle/main.mjs'], dir))) return undefined;
  const changed = replaceFiles(next, join(dir, 'bundle'));
  return {
    compileMs: Math.round(compiled - started),
    bundleMs: Math.round(performance.now() - compiled),
    changed,
  };
}

function run(script: string, args: readonly string[], cwd: string): Promise<boolean> {
  const child = spawn(process.execPath, [script, ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
}

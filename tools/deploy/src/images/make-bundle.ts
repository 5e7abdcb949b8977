import { spawn } from 'node:child_process';
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
export async function makeBundle(app: string): Promise<BundleTime> {
  const dir = join(ROOT, 'apps', app);
  const { scripts } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { scripts: { bundle: string } };
  const started = performance.now();
  const compiler = run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', dir], ROOT);
  // Starts while the compiler runs, and begins once it is told.
  const bundler = run('sh', ['-c', scripts.bundle], dir, { ...process.env, KIBAN_BUNDLE_WHEN_TOLD: '1' });
  bundler.ended.catch(() => undefined); // without compiled files it is of no interest why
  try {
    await compiler.ended;
  } catch (error) {
    bundler.tell('');
    throw error;
  }
  const compiled = performance.now();
  bundler.tell('go');
  await bundler.ended;
  return { compileMs: Math.round(compiled - started), bundleMs: Math.round(performance.now() - compiled) };
}

function run(command: string, args: readonly string[], cwd: string, env = process.env) {
  const child = spawn(command, args, { cwd, env, stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new DeployError(`${command} ${args.join(' ')} failed:\n${said}`));
    });
  });
  return { ended, tell: (text: string) => child.stdin.on('error', () => undefined).end(text) };
}

import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../paths.ts';
import { chooseApps } from './apps.ts';
import { buildImage } from './build-image.ts';
import { docker, needDocker } from './docker.ts';
import { makeBundle } from './make-bundle.ts';
import { sbom } from './sbom.ts';
import { makeStandins } from './standin.ts';

const SBOMS = join(ROOT, 'dist/sbom');

/** `npm run images -- [--bundle] [--standin] [--dev] [--tag T] [app...]`: builds images and writes what is in them. */
export async function imagesCommand(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      bundle: { type: 'boolean', default: false },
      standin: { type: 'boolean', default: false },
      dev: { type: 'boolean', default: false },
      tag: { type: 'string' },
    },
  });
  needDocker();
  const apps = chooseApps(positionals);
  if (values.standin) makeStandins({ postgres: true });
  mkdirSync(SBOMS, { recursive: true });
  const target = values.dev ? 'dev' : 'runtime';
  for (const app of apps) {
    const started = performance.now();
    if (values.bundle) await makeBundle(app);
    const name = buildImage(app, {
      standin: values.standin,
      target,
      tag: values.tag ?? (values.dev ? 'dev' : 'local'),
    });
    const file = join(SBOMS, `${app}.spdx.json`);
    if (isOlder(file, app)) writeFileSync(file, sbom(app));
    const megabytes = Number(docker(['image', 'inspect', '--format', '{{.Size}}', name])) / 1e6;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${name}: ${megabytes.toFixed(0)} MB in ${seconds} s, contents in ${relative(ROOT, file)}`);
  }
}

/** Whether dependencies may have changed since the file was written. */
function isOlder(file: string, app: string): boolean {
  const inputs = ['package-lock.json', join('apps', app, 'package.json')].map((input) => join(ROOT, input));
  return !existsSync(file) || inputs.some((input) => statSync(input).mtimeMs > statSync(file).mtimeMs);
}

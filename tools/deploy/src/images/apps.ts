import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DeployError } from '../deploy-error.ts';
import { ROOT } from '../paths.ts';

/** Apps that become images: those that are bundled. */
const IMAGE_APPS: readonly string[] = globSync('apps/*/src/main.ts', { cwd: ROOT })
  .map((file) => basename(dirname(dirname(file))))
  .toSorted();

/** The apps asked for, all when none is. Throws DeployError for a name that is none of them. */
export function chooseApps(asked: readonly string[]): readonly string[] {
  const unknown = asked.filter((name) => !IMAGE_APPS.includes(name));
  if (unknown.length) throw new DeployError(`no app ${unknown.join(', ')}; apps: ${IMAGE_APPS.join(', ')}`);
  return asked.length ? asked : IMAGE_APPS;
}

/** Build context of an app's image. Throws DeployError when it is not bundled yet. */
export function bundleDir(app: string): string {
  const dir = join(ROOT, 'apps', app, 'bundle');
  if (!existsSync(join(dir, 'main.mjs')))
    throw new DeployError(`${app} is not bundled: run npm run bundle, then this again.`);
  return dir;
}

/** Name of an app's image, as the manifests say it before an overlay names a registry. */
export function imageName(app: string, tag = 'local'): string {
  return `kiban/${app}:${tag}`;
}

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DeployError } from '../deploy-error.ts';
import { ROOT } from '../paths.ts';
import { bundleDir, imageName } from './apps.ts';
import { docker } from './docker.ts';
import { STANDIN_BUILD, STANDIN_RUNTIME } from './standin.ts';

export interface BuildOptions {
  /** Bases made here instead of those of registries. */
  readonly standin: boolean;
  readonly target: 'runtime' | 'dev';
  readonly tag: string;
}

/** Builds the image of one app from its bundle and answers its name. Throws DeployError. */
export function buildImage(app: string, { standin, target, tag }: BuildOptions): string {
  const name = imageName(app, tag);
  const bundle = bundleDir(app);
  if (target === 'runtime') keepCompiled(bundle);
  const bases = standin
    ? ['--build-arg', `BUILD_IMAGE=${STANDIN_BUILD}`, '--build-arg', `RUNTIME_IMAGE=${STANDIN_RUNTIME}`]
    : [];
  docker([
    'build',
    '--quiet',
    ...(standin ? ['--network=none'] : []),
    ...bases,
    '--file',
    join(ROOT, 'deploy/docker/Dockerfile'),
    '--target',
    target,
    '--build-arg',
    `APP=${app}`,
    '--tag',
    name,
    bundle,
  ]);
  return name;
}

/** What V8 made of the bundle goes into the image, so that no pod compiles it again. */
function keepCompiled(bundle: string): void {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'tools/build/compile-cache.mjs'), bundle], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new DeployError(stderr);
}

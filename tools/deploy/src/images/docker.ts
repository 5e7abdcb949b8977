import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { DeployError } from '../deploy-error.ts';

const HOW = `Docker Engine is needed and does not answer. Debian and Ubuntu: sudo apt install docker.io, and start it with
sudo systemctl start docker, or without systemd: sudo dockerd. DOCKER_HOST names an engine elsewhere.`;

/** Runs docker and answers what it printed. Throws DeployError with what it complained about. */
export function docker(args: readonly string[], input?: string | Buffer): string {
  const { status, stdout, stderr } = tryDocker(args, input);
  if (status === 0) return stdout.trim();
  const said = `${stderr}\n${stdout}`.trim().split('\n').slice(-20).join('\n');
  throw new DeployError(`docker ${args.slice(0, 3).join(' ')} ... failed:\n${said}`);
}

/** The same for who wants to look at the failure. */
export function tryDocker(args: readonly string[], input?: string | Buffer): SpawnSyncReturns<string> {
  return spawnSync('docker', args, {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 28,
    // The classic builder: BuildKit's client is a package of its own that Debian's docker.io does not have.
    env: { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_CLI_HINTS: 'false' },
  });
}

/** @throws DeployError that says how to get an engine */
export function needDocker(): void {
  if (tryDocker(['version', '--format', '{{.Server.Version}}']).status !== 0) throw new DeployError(HOW);
}

/** Whether the engine has an image of this name. */
export function hasImage(name: string): boolean {
  return tryDocker(['image', 'inspect', name]).status === 0;
}

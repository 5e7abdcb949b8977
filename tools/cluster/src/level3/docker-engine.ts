import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Processes } from '../cluster/processes.ts';
import { ClusterError } from '../cluster-error.ts';
import { CACHE, ROOT } from '../paths.ts';

/**
 * A Docker Engine of the command's own: it keeps images in the cache from run to run, has no network and touches no
 * other engine.
 */
export class DockerEngine {
  readonly host: string;
  readonly #state: string;

  constructor(state: string) {
    this.#state = state;
    this.host = `unix://${join(state, 'docker.sock')}`;
  }

  /** Once: checks that follow each other share it. */
  async start(processes: Processes): Promise<void> {
    const asked = spawnSync('docker', ['version'], { env: this.environment, stdio: 'ignore' });
    if (asked.status === 0) return;
    mkdirSync(join(CACHE, 'docker'), { recursive: true });
    processes.start('dockerd', 'dockerd', [
      `--data-root=${join(CACHE, 'docker')}`,
      `--exec-root=${join(this.#state, 'docker-exec')}`,
      `--pidfile=${join(this.#state, 'docker.pid')}`,
      `--host=${this.host}`,
      '--bridge=none',
      '--iptables=false',
      '--ip6tables=false',
      '--ip-forward=false',
    ]);
    await processes.until('dockerd', async () => this.run(['version', '--format', '{{.Server.Version}}']) !== '');
  }

  /** @throws ClusterError with docker's words */
  run(args: readonly string[], input?: Buffer): string {
    const { status, stdout, stderr } = spawnSync('docker', args, { input, env: this.environment, maxBuffer: 1 << 28 });
    if (status !== 0) throw new ClusterError(`docker ${args.slice(0, 3).join(' ')}: ${String(stderr).trim()}`);
    return String(stdout).trim();
  }

  /** For programs that find Docker by their environment; the classic builder needs no plugin. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, DOCKER_HOST: this.host, DOCKER_BUILDKIT: '0' };
  }

  /** Makes an image of one program that needs nothing beside itself. */
  imageOfProgram(name: string, file: string, ports = ''): void {
    const folder = join(this.#state, 'image');
    mkdirSync(folder, { recursive: true });
    const entry = file.split('/').at(-1) ?? '';
    const script = `tar -C "$1" -c "$2" | docker import --change 'ENTRYPOINT ["/${entry}"]' ${ports} - "$3"`;
    const args = ['-c', script, 'import', file.slice(0, -entry.length), entry, name];
    const { status, stderr } = spawnSync('sh', args, { env: this.environment, encoding: 'utf8' });
    if (status !== 0) throw new ClusterError(`image ${name} cannot be made: ${stderr}`);
  }

  /** Builds the platform's images with stand-in bases, as `npm run images` does. */
  buildPlatform(...args: string[]): void {
    const { status } = spawnSync('npm', ['run', '--silent', 'images', '--', '--standin', ...args], {
      cwd: ROOT,
      env: this.environment,
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) throw new ClusterError('the images cannot be built; the reason stands above');
  }
}

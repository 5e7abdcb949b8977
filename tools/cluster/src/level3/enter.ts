import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOwnProgram } from '../build/build-program.ts';
import type { Check } from '../check.ts';
import { ClusterError } from '../cluster-error.ts';
import { Processes } from '../cluster/processes.ts';
import { saveImages } from './images.ts';

const NEEDS = ['unshare', 'mount', 'ip', 'iptables', 'containerd', 'ctr', 'runc', 'dockerd', 'docker', 'conntrack'];
const CGROUPS = '/sys/fs/cgroup';
/** Names the file of images for the process inside; its presence says that the namespaces are entered. */
export const INSIDE = 'KIBAN_CLUSTER_IMAGES';

/**
 * Builds the images, then runs this command again where it can be a node and harm nobody: with a network, mounts and
 * processes of its own, which all go when it ends.
 * @returns what that process found
 */
export async function enterNode(checks: readonly string[], say: (line: string) => void): Promise<Check[]> {
  needTools();
  buildOwnProgram('pause', join(import.meta.dirname, '../../programs/pause/main.go'));
  const state = mkdtempSync(join(tmpdir(), 'kiban-node-'));
  const processes = new Processes(state);
  try {
    const images = process.env['KIBAN_CLUSTER_REUSE_IMAGES'] ?? (await saveImages(state, processes, say));
    const spaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const self = [
      process.execPath,
      ...process.execArgv,
      process.argv[1] ?? '',
      '--level',
      '3',
      '--checks',
      checks.join(','),
    ];
    const child = spawn('unshare', [...spaces, ...self], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: state, [INSIDE]: images },
    });
    // unshare takes no other signal; everything inside ends with it.
    const stop = () => void child.kill('SIGKILL');
    process.on('SIGINT', stop).on('SIGTERM', stop);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0 && code !== 1) throw new ClusterError('level 3 did not end; the reason stands above');
    return said
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Check);
  } finally {
    await processes.stopAll();
    rmSync(state, { recursive: true, force: true });
    removeCgroups();
  }
}

function needTools(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new ClusterError('level 3 runs containers on this machine: it needs Linux and root (sudo)');
  }
  const missing = NEEDS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) {
    throw new ClusterError(
      `level 3 needs ${missing.join(', ')}: sudo apt install docker.io containerd runc iptables iproute2 conntrack debootstrap`,
    );
  }
}

/** Groups outlive the processes that were in them. */
function removeCgroups(): void {
  for (const controller of readdirSync(CGROUPS)) {
    for (const name of readdirSync(join(CGROUPS, controller))) {
      if (name.startsWith('kiban-cluster-')) removeGroup(join(CGROUPS, controller, name));
    }
  }
}

function removeGroup(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch {
    // A process in it is still ending; an empty group does no harm.
  }
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { CACHE } from '../paths.ts';
import { POD_RANGE, run } from './network.ts';

export const PAUSE_IMAGE = 'kiban-standin/pause:1';

/** containerd with a network plugin that routes every packet of a pod through the node, where policies can see it. */
export interface ContainerRuntime {
  readonly socket: string;
  /** Takes images out of a file that `docker save` wrote. */
  load(file: string): void;
  /** containerd's own client. */
  ctr(...args: string[]): string;
}

export async function startContainerRuntime({ state, processes }: ControlPlane): Promise<ContainerRuntime> {
  const folder = (name: string) => {
    mkdirSync(join(state, name), { recursive: true });
    return join(state, name);
  };
  const socket = join(state, 'containerd.sock');
  const network = folder('network');
  const config = `version = 2
root = "${folder('containerd')}"
state = "${folder('containerd-state')}"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/${PAUSE_IMAGE}"
  disable_apparmor = true
  # Without CAP_SYS_RESOURCE nobody may be made less likely to be killed.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${join(CACHE, 'bin')}"
    conf_dir = "${network}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
`;
  writeFileSync(join(state, 'containerd.toml'), config);
  const ipam = {
    type: 'host-local',
    dataDir: folder('addresses'),
    ranges: [[{ subnet: POD_RANGE }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const pods = { cniVersion: '1.0.0', name: 'pods', plugins: [{ type: 'ptp', ipMasq: false, ipam }] };
  writeFileSync(join(network, '10-pods.conflist'), JSON.stringify(pods));
  processes.start('containerd', 'containerd', ['--config', join(state, 'containerd.toml')]);
  const ctr = (...args: string[]) => run('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args]);
  await processes.until('containerd', async () => Boolean(ctr('version')));
  return {
    socket,
    ctr,
    load: (file) => void ctr('images', 'import', file),
  };
}

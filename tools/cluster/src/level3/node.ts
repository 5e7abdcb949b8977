import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { startControllers } from '../level2/nodes.ts';
import { eventually } from '../level2/wait.ts';
import { ClusterError } from '../cluster-error.ts';
import { program } from '../paths.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { DNS_ADDRESS, NODE_ADDRESS, POD_RANGE } from './network.ts';

const NODE = 'node-0';
const CGROUPS = '/sys/fs/cgroup';
/** Of ten processes, 1024 each. */
const PODS_WEIGHT = 10_240;

/** kubelet and kube-proxy of one node, beside the controllers and the scheduler; waits until the node is ready. */
export async function startNode(plane: ControlPlane, { socket }: ContainerRuntime): Promise<void> {
  const { api, state, processes, kubeconfig } = plane;
  startControllers(plane);
  const cgroup = makeCgroup();
  writeFileSync(join(state, 'resolv.conf'), `nameserver ${NODE_ADDRESS}\n`);
  const kubelet = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE_ADDRESS,
    // Only what is in this network namespace reaches it.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    containerRuntimeEndpoint: `unix://${socket}`,
    enforceNodeAllocatable: [],
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    failSwapOn: false,
    failCgroupV1: false,
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: '5s',
    resolvConf: join(state, 'resolv.conf'),
    staticPodPath: '',
  };
  writeFileSync(join(state, 'kubelet.json'), JSON.stringify(kubelet));
  processes.start('kubelet', program('kubelet'), [
    `--config=${join(state, 'kubelet.json')}`,
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${NODE}`,
    `--node-ip=${NODE_ADDRESS}`,
    `--root-dir=${join(state, 'kubelet')}`,
    `--cert-dir=${join(state, 'kubelet-certs')}`,
    '--node-labels=topology.kubernetes.io/zone=zone-0',
  ]);
  const proxy = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    bindAddress: NODE_ADDRESS,
    clientConnection: { kubeconfig },
    clusterCIDR: POD_RANGE,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    hostnameOverride: NODE,
    iptables: { minSyncPeriod: '100ms', syncPeriod: '30s' },
    mode: 'iptables',
  };
  writeFileSync(join(state, 'kube-proxy.json'), JSON.stringify(proxy));
  processes.start('kube-proxy', program('kube-proxy'), [`--config=${join(state, 'kube-proxy.json')}`]);
  await processes.until('kubelet', async () => {
    const { status } = await api.must('GET', `/api/v1/nodes/${NODE}`);
    const conditions = (status?.['conditions'] ?? []) as { type: string; status: string }[];
    return conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  });
  const accounts = '/api/v1/namespaces/default/serviceaccounts/default';
  if (!(await eventually(async () => (await api.call('GET', accounts)).status === 200, 30_000))) {
    throw new ClusterError('the controllers made no service account in 30 s');
  }
}

/** A group of its own in every hierarchy of the first version of cgroups, so that nothing is left beside it. */
function makeCgroup(): string {
  const name = `kiban-cluster-${process.pid}-${Date.now().toString(36)}`;
  for (const controller of readdirSync(CGROUPS)) {
    const folder = join(CGROUPS, controller, name);
    mkdirSync(folder);
    // All pods together are one group: its share is that of the processes in it, not that of one.
    if (controller === 'cpu') writeFileSync(join(folder, 'cpu.shares'), String(PODS_WEIGHT));
    if (controller !== 'cpuset') continue;
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      writeFileSync(join(folder, file), readFileSync(join(CGROUPS, controller, file)));
    }
  }
  return `/${name}`;
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadModule } from '../build/build-program.ts';
import { KWOK } from '../build/programs.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { program } from '../paths.ts';

const NODES = 4;

/** Starts controllers, scheduler and KWOK, which plays nodes: pods become ready without a container behind them. */
export async function startNodes(plane: ControlPlane): Promise<void> {
  const { api, processes, state, kubeconfig, ca } = plane;
  const file = (name: string) => join(state, name);
  processes.start('kube-controller-manager', program('kube-controller-manager'), [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${file('service-account.key')}`,
    `--root-ca-file=${ca}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--secure-port=0',
    '--horizontal-pod-autoscaler-sync-period=2s',
  ]);
  processes.start('kube-scheduler', program('kube-scheduler'), [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--secure-port=0',
  ]);
  // Without pod-complete: a pod of a Job runs until it is deleted, as a slow job does.
  const { Dir } = downloadModule(KWOK.module, KWOK.version);
  const stages = ['node/fast/node-initialize', 'pod/fast/pod-ready', 'pod/fast/pod-delete'];
  const config = stages
    .map((stage) => readFileSync(join(Dir, `kustomize/stage/${stage}.yaml`), 'utf8'))
    .join('\n---\n');
  writeFileSync(file('kwok.yaml'), config);
  processes.start('kwok', program('kwok'), [
    `--kubeconfig=${kubeconfig}`,
    '--manage-all-nodes=true',
    `--config=${file('kwok.yaml')}`,
    '--server-address=',
    '--enable-crds=',
  ]);
  for (let index = 0; index < NODES; index += 1) {
    const name = `node-${index}`;
    const size = { cpu: '16', memory: '64Gi', pods: '110' };
    await api.must('POST', '/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${index % 2}` },
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
      },
      status: { capacity: size, allocatable: size },
    });
  }
  await processes.until('kwok', async () => {
    const { items = [] } = await api.must('GET', '/api/v1/nodes');
    return items.every((node) =>
      (node.status?.['conditions'] as { type: string; status: string }[] | undefined)?.some(
        ({ type, status }) => type === 'Ready' && status === 'True',
      ),
    );
  });
}

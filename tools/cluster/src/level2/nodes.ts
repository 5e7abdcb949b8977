import { join } from 'node:path';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { program } from '../paths.ts';
import { PlayedNodes } from './played-nodes.ts';

const NODES = 4;

/** Starts controllers and scheduler. */
export function startControllers({ processes, state, kubeconfig, ca }: ControlPlane): void {
  const access = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
    (flag) => `--${flag}=${kubeconfig}`,
  );
  const common = [...access, '--leader-elect=false', '--bind-address=127.0.0.1', '--secure-port=0'];
  processes.start('kube-controller-manager', program('kube-controller-manager'), [
    ...common,
    `--service-account-private-key-file=${join(state, 'service-account.key')}`,
    `--root-ca-file=${ca}`,
    '--use-service-account-credentials=true',
    '--horizontal-pod-autoscaler-sync-period=2s',
  ]);
  processes.start('kube-scheduler', program('kube-scheduler'), common);
}

/** Starts controllers, scheduler and nodes, which are played; @returns the nodes, to be stopped. */
export async function startNodes(plane: ControlPlane): Promise<PlayedNodes> {
  startControllers(plane);
  const nodes = new PlayedNodes(plane.api, NODES);
  await nodes.start();
  return nodes;
}

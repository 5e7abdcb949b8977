import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Api, KubeObject } from '../cluster/api.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { ClusterError } from '../cluster-error.ts';
import { CACHE, ROOT } from '../paths.ts';
import type { ContainerRuntime } from './container-runtime.ts';

export const NAMESPACE = 'kiban';

/** A node that runs, and who may give it orders. */
export interface Node {
  readonly plane: ControlPlane;
  readonly api: Api;
  readonly runtime: ContainerRuntime;
  /** For programs that find the cluster, kubectl and the platform's state by their environment. */
  readonly environment: NodeJS.ProcessEnv;
}

export function nodeOf(plane: ControlPlane, runtime: ContainerRuntime): Node {
  const environment = {
    ...process.env,
    PATH: `${join(CACHE, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: plane.state,
    KUBECONFIG: plane.kubeconfig,
    KIBAN_STATE_DIR: join(plane.state, 'platform'),
  };
  return { plane, api: plane.api, runtime, environment };
}

/** Runs a shell script in the checkout, as a person would. @throws ClusterError with what it said */
export function shell({ environment }: Node, script: string): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (all += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new ClusterError(`this failed:\n${script}\n${all.slice(-4000)}`));
    });
  });
}

/** An object by its path below a namespace, such as `apps/v1` `deployments/bff`. */
export function get({ api }: Node, group: string, rest: string, namespace = NAMESPACE): Promise<KubeObject> {
  const root = group === 'v1' ? '/api/v1' : `/apis/${group}`;
  return api.must('GET', `${root}/namespaces/${namespace}/${rest}`);
}

export async function list({ api }: Node, group: string, kind: string, namespace = NAMESPACE): Promise<KubeObject[]> {
  const root = group === 'v1' ? '/api/v1' : `/apis/${group}`;
  return (await api.must('GET', `${root}/namespaces/${namespace}/${kind}`)).items ?? [];
}

/** Where a Service answers, as seen from the node. */
export async function addressOf(node: Node, service: string, namespace = NAMESPACE): Promise<string> {
  const { spec } = await get(node, 'v1', `services/${service}`, namespace);
  const ports = (spec?.['ports'] ?? []) as { port: number }[];
  return `http://${String(spec?.['clusterIP'])}:${ports[0]?.port ?? 80}`;
}

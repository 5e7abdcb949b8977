import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@kiban/embedded-postgres';
import { program } from '../paths.ts';
import { Api } from './api.ts';
import { Processes } from './processes.ts';

/** etcd and kube-apiserver on 127.0.0.1, with a state folder that goes with them. */
export interface ControlPlane {
  readonly api: Api;
  readonly server: string;
  readonly state: string;
  readonly processes: Processes;
  /** For programs that take a kubeconfig. */
  readonly kubeconfig: string;
  readonly ca: string;
  stop(): Promise<void>;
}

/**
 * `address` is where the API server listens; with an address that is not loopback it is a Service in the cluster, too.
 */
export async function startControlPlane(address = '127.0.0.1'): Promise<ControlPlane> {
  const state = await mkdtemp(join(tmpdir(), 'kiban-cluster-'));
  const processes = new Processes(state);
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const server = `https://${address}:${port}`;
  const file = (name: string) => join(state, name);
  const token = randomBytes(24).toString('hex');
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(file('service-account.key'), keys.privateKey, { mode: 0o600 });
  writeFileSync(file('service-account.pub'), keys.publicKey);
  writeFileSync(file('tokens.csv'), `${token},verify,verify,"system:masters"\n`, { mode: 0o600 });
  mkdirSync(file('certs'));
  let api: Api | undefined;
  const stop = async () => {
    api?.close();
    await processes.stopAll();
    try {
      rmSync(state, { recursive: true, force: true });
    } catch {
      // Containers of a node left mounts in it: they go with the node's namespace, and then the folder does.
    }
  };

  try {
    processes.start('etcd', program('etcd'), [
      `--data-dir=${file('etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      '--unsafe-no-fsync', // the state is thrown away
    ]);
    await processes.until('etcd', async () => (await fetch(`${etcd}/health`)).ok);
    processes.start('kube-apiserver', program('kube-apiserver'), [
      `--etcd-servers=${etcd}`,
      `--bind-address=${address}`,
      `--advertise-address=${address}`,
      // The others refuse loopback addresses.
      `--endpoint-reconciler-type=${address === '127.0.0.1' ? 'none' : 'lease'}`,
      `--secure-port=${port}`,
      `--cert-dir=${file('certs')}`,
      `--token-auth-file=${file('tokens.csv')}`,
      `--service-account-key-file=${file('service-account.pub')}`,
      `--service-account-signing-key-file=${file('service-account.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      '--kubelet-preferred-address-types=InternalIP',
    ]);
    const ca = file('certs/apiserver.crt');
    await processes.until('kube-apiserver', async () => existsSync(ca));
    const made = new Api(server, token, () => readFileSync(ca));
    api = made;
    await processes.until('kube-apiserver', async () => (await made.call('GET', '/readyz')).status === 200);
    writeFileSync(file('kubeconfig'), kubeconfig(server, ca, token), { mode: 0o600 });
    return { api, server, state, processes, kubeconfig: file('kubeconfig'), ca, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function kubeconfig(server: string, ca: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'kiban', cluster: { server, 'certificate-authority': ca } }],
    users: [{ name: 'verify', user: { token } }],
    contexts: [{ name: 'kiban', context: { cluster: 'kiban', user: 'verify' } }],
    'current-context': 'kiban',
  });
}

import type { Check } from '../check.ts';
import { eventually } from '../level2/wait.ts';
import { list, NAMESPACE, type Node, shell } from './cluster.ts';

/** One attempt to open a connection: from a pod, to a pod. */
interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly allowed: boolean;
}

/** The calls that the platform makes, and some that nobody has to make. */
const ATTEMPTS: readonly Attempt[] = [
  { from: 'gateway', to: 'bff', port: 50_051, allowed: true },
  { from: 'bff', to: 'content', port: 50_051, allowed: true },
  { from: 'content', to: 'postgres', port: 5432, allowed: true },
  { from: 'outbox-relay', to: 'pubsub', port: 8085, allowed: true },
  { from: 'gateway', to: 'content', port: 50_051, allowed: false },
  { from: 'gateway', to: 'postgres', port: 5432, allowed: false },
  { from: 'bff', to: 'postgres', port: 5432, allowed: false },
  { from: 'bff', to: 'pubsub', port: 8085, allowed: false },
  { from: 'content', to: 'bff', port: 50_051, allowed: false },
  { from: 'content-similarity', to: 'content', port: 50_051, allowed: false },
  { from: 'content', to: 'content-similarity', port: 9090, allowed: false },
];
const PATIENCE_MS = 2_000;

/** Opens connections from inside pods, with the Node that is in their images. */
export async function talksOnlyAsAllowed(node: Node, say: (line: string) => void): Promise<Check> {
  const problems: string[] = [];
  const outsider = await startOutsider(node);
  const attempts = [
    ...ATTEMPTS,
    ...['bff', 'content', 'postgres'].map((to) => ({
      from: outsider,
      to,
      port: to === 'postgres' ? 5432 : 50_051,
      allowed: false,
    })),
  ];
  for (const { from, to, port, allowed } of attempts) {
    const answers = await opens(node, from, to, port);
    say(`level 3: ${from} to ${to}:${port} ${answers ? 'opens' : 'is held back'}`);
    if (answers !== allowed) problems.push(`${from} ${allowed ? 'cannot' : 'can'} talk to ${to}:${port}`);
  }
  await shell(node, `kubectl -n ${NAMESPACE} delete pod ${outsider} --wait=false`);
  const held = attempts.filter(({ allowed }) => !allowed).length;
  return {
    level: 3,
    what: 'pods reach what the policies allow and nothing that they forbid',
    ok: problems.length === 0,
    figure: `${attempts.length - held} connections opened, ${held} held back, by the enforcer of this command`,
    problems,
  };
}

async function opens(node: Node, from: string, to: string, port: number): Promise<boolean> {
  const pods = await list(node, 'v1', 'pods');
  const running = (name: string) =>
    pods.find(
      ({ metadata, status }) =>
        metadata.labels?.['app.kubernetes.io/name'] === name &&
        status?.['phase'] === 'Running' &&
        metadata['deletionTimestamp'] === undefined,
    );
  const address = String(running(to)?.status?.['podIP']);
  const source = running(from)?.metadata.name ?? from;
  const code = `const s=require('net').connect(${port},'${address}');
    s.on('connect',()=>{console.log('open');process.exit()}).on('error',()=>process.exit());
    setTimeout(()=>process.exit(),${PATIENCE_MS})`;
  return (await shell(node, `kubectl -n ${NAMESPACE} exec ${source} -- /nodejs/bin/node -e "${code}"`)).includes(
    'open',
  );
}

/** A pod that somebody put into the namespace; no policy knows it. @returns its name */
async function startOutsider(node: Node): Promise<string> {
  const name = 'outsider';
  const spec = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'app',
        image: 'kiban/jobs:local',
        args: ['-e', 'setTimeout(() => undefined, 1e9)'],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  };
  const metadata = { name, labels: { 'app.kubernetes.io/name': name } };
  await node.api.must('POST', `/api/v1/namespaces/${NAMESPACE}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec,
  });
  await eventually(async () => {
    const pod = (await list(node, 'v1', 'pods')).find((each) => each.metadata.name === name);
    return pod?.status?.['phase'] === 'Running';
  }, 30_000);
  return name;
}

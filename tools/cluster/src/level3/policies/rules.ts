import type { KubeObject } from '../../cluster/api.ts';
import { matches, type Selector } from './selector.ts';

interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}
interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { port?: number | string; endPort?: number; protocol?: string }[];
}
interface PolicySpec {
  podSelector: Selector;
  policyTypes?: string[];
  ingress?: Rule[];
  egress?: Rule[];
}

/** The other side of a rule; `target` where it is a pod. */
interface Source {
  readonly match: string;
  readonly target: KubeObject | undefined;
}

/** What the policies are about, as the API server tells it. */
export interface World {
  readonly policies: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly namespaces: readonly KubeObject[];
}

/**
 * Network policies as rules of iptables, for packets that the node forwards: a pod that a policy selects for a direction
 * gets a chain in which what is allowed returns and the rest is dropped.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function rulesOf(world: World): string {
  const chains: string[] = [];
  const jumps: string[] = ['-A KIBAN-POLICY -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN'];
  const rules: string[] = [];
  for (const pod of world.pods) {
    const address = addressOf(pod);
    if (address === undefined) continue;
    for (const direction of ['Ingress', 'Egress'] as const) {
      const policies = world.policies.filter((policy) => selects(policy, pod, direction));
      if (policies.length === 0) continue;
      const chain = `KP-${direction[0]}-${address}`;
      const [own, other] = direction === 'Ingress' ? ['-d', '-s'] : ['-s', '-d'];
      chains.push(`:${chain} - [0:0]`);
      jumps.push(`-A KIBAN-POLICY ${own} ${address} -j ${chain}`);
      for (const policy of policies) {
        for (const allowed of allowedBy(policy, direction, world, pod, other))
          rules.push(`-A ${chain} ${allowed} -j RETURN`);
      }
      rules.push(`-A ${chain} -j DROP`);
    }
  }
  return ['*filter', ':KIBAN-POLICY - [0:0]', ...chains, ...jumps, ...rules, 'COMMIT', ''].join('\n');
}

/** The matches of everything that one policy lets through to or from a pod. */
function allowedBy(policy: KubeObject, direction: 'Ingress' | 'Egress', world: World, pod: KubeObject, side: string) {
  const spec = policy.spec as unknown as PolicySpec;
  const rules = (direction === 'Ingress' ? spec.ingress : spec.egress) ?? [];
  return rules.flatMap((rule) => {
    const peers = direction === 'Ingress' ? rule.from : rule.to;
    const sources: readonly Source[] =
      peers === undefined || peers.length === 0
        ? [{ match: '', target: undefined }]
        : peers.flatMap((peer) => peersOf(peer, policy, world, side));
    return sources.flatMap(({ match, target }) =>
      portsOf(rule, direction === 'Ingress' ? pod : target).map((port) => `${match} ${port}`.trim()),
    );
  });
}

function peersOf(peer: Peer, policy: KubeObject, world: World, side: string): Source[] {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (ipBlock !== undefined) {
    const except = (ipBlock.except ?? []).map((cidr) => `! ${side} ${cidr}`);
    // iptables takes one address of a side for each rule: exceptions are rare enough to be refused here.
    if (except.length > 0) throw new Error(`${policy.metadata.name}: ipBlock.except is not known to this enforcer`);
    return [{ match: `${side} ${ipBlock.cidr}`, target: undefined }];
  }
  const spaces = new Set(
    world.namespaces
      .filter(({ metadata }) =>
        namespaceSelector === undefined
          ? metadata.name === policy.metadata.namespace
          : matches(namespaceSelector, metadata.labels),
      )
      .map(({ metadata }) => metadata.name),
  );
  return world.pods
    .filter(({ metadata }) => spaces.has(metadata.namespace ?? '') && matches(podSelector ?? {}, metadata.labels))
    .flatMap((pod) => {
      const address = addressOf(pod);
      return address === undefined ? [] : [{ match: `${side} ${address}/32`, target: pod }];
    });
}

function portsOf({ ports }: Rule, target: KubeObject | undefined): string[] {
  if (ports === undefined || ports.length === 0) return [''];
  return ports.flatMap(({ port, endPort, protocol = 'TCP' }) => {
    const name = protocol.toLowerCase();
    const number = typeof port === 'string' ? namedPort(target, port) : port;
    if (typeof port === 'string' && number === undefined) return [];
    if (number === undefined) return [`-p ${name}`];
    return [`-p ${name} --dport ${number}${endPort === undefined ? '' : `:${endPort}`}`];
  });
}

function namedPort(pod: KubeObject | undefined, name: string): number | undefined {
  const containers = (pod?.spec?.['containers'] ?? []) as { ports?: { name?: string; containerPort: number }[] }[];
  return containers.flatMap(({ ports = [] }) => ports).find((port) => port.name === name)?.containerPort;
}

function selects({ metadata, spec }: KubeObject, pod: KubeObject, direction: 'Ingress' | 'Egress'): boolean {
  const { podSelector, policyTypes, egress } = spec as unknown as PolicySpec;
  const types = policyTypes ?? ['Ingress', ...(egress === undefined ? [] : ['Egress'])];
  return (
    types.includes(direction) &&
    metadata.namespace === pod.metadata.namespace &&
    matches(podSelector, pod.metadata.labels)
  );
}

/** Of pods that have one to themselves and still run. */
function addressOf({ spec, status }: KubeObject): string | undefined {
  if (spec?.['hostNetwork'] === true || ['Succeeded', 'Failed'].includes(String(status?.['phase']))) return undefined;
  return typeof status?.['podIP'] === 'string' && status['podIP'] !== '' ? status['podIP'] : undefined;
}

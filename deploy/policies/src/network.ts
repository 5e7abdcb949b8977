import type { Labels, NetworkPolicySpec, Peer, Resource } from './manifest.ts';
import type { Overlay, Workload } from './overlay.ts';
import { selects } from './selects.ts';

export function policySpec(policy: Resource): NetworkPolicySpec {
  return (policy.spec ?? {}) as NetworkPolicySpec;
}

/** Policies that select pods with these labels and speak about this direction. */
export function policiesOf(overlay: Overlay, labels: Labels, direction: 'Ingress' | 'Egress'): NetworkPolicySpec[] {
  return overlay
    .ofKind('NetworkPolicy')
    .map(policySpec)
    .filter((spec) => selects(spec.podSelector, labels) && spec.policyTypes?.includes(direction));
}

/** Whether the policies let one workload open a connection to a port of another in the same namespace. */
export function mayCall(overlay: Overlay, from: Workload, to: Workload, port: number): boolean {
  const out = policiesOf(overlay, from.labels, 'Egress');
  const into = policiesOf(overlay, to.labels, 'Ingress');
  const leaves = out.flatMap(({ egress = [] }) => egress).some((rule) => allows(rule.to, rule.ports, to, port));
  const enters = into.flatMap(({ ingress = [] }) => ingress).some((rule) => allows(rule.from, rule.ports, from, port));
  return (out.length === 0 || leaves) && (into.length === 0 || enters);
}

/** A rule without peers or without ports is one about all of them. */
function allows(
  peers: readonly Peer[] | undefined,
  ports: readonly { readonly port?: number | string }[] | undefined,
  other: Workload,
  port: number,
): boolean {
  const peer =
    !peers ||
    peers.some(({ podSelector, namespaceSelector }) =>
      namespaceSelector ? false : selects(podSelector, other.labels),
    );
  return peer && (!ports || ports.some((each) => each.port === port || each.port === undefined));
}

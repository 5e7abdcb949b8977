import { environmentOf } from '../environment.ts';
import { mayCall, policiesOf, policySpec } from '../network.ts';
import type { Overlay, Workload } from '../overlay.ts';
import type { Rule } from '../rule.ts';
import type { AppConfiguration } from '../services/definitions.ts';

const GRPC = 50051;

/**
 * Nobody talks to anybody unless it is declared, and what is declared is what the services' own configuration says: a
 * service that reads CONTENT_ADDRESS may call content, and nobody else may.
 */
export function network(apps: ReadonlyMap<string, AppConfiguration>): Rule {
  return {
    name: 'network',
    why: 'An open way is one that an intruder takes; a closed one that a service needs is an outage.',
    check: (overlay) => [
      ...defaultDeny(overlay),
      ...overlay.lasting.flatMap((workload) => ownPolicy(overlay, workload)),
      ...overlay.ofKind('NetworkPolicy').flatMap((policy) => openPolicies(policy.metadata.name, policySpec(policy))),
      ...edges(overlay, apps),
    ],
  };
}

function defaultDeny(overlay: Overlay): string[] {
  const all = overlay
    .ofKind('NetworkPolicy')
    .map(policySpec)
    .filter(({ podSelector, ingress, egress }) => isEmpty(podSelector) && !ingress?.length && !egress?.length);
  return (['Ingress', 'Egress'] as const)
    .filter((direction) => !all.some(({ policyTypes }) => policyTypes?.includes(direction)))
    .map((direction) => `NetworkPolicy default-deny of ${direction} for all pods is missing`);
}

function ownPolicy(overlay: Overlay, { title, labels }: Workload): string[] {
  const own = (direction: 'Ingress' | 'Egress') =>
    policiesOf(overlay, labels, direction).some(({ podSelector }) => !isEmpty(podSelector));
  return own('Ingress') ? [] : [`${title} has no network policy of its own`];
}

function openPolicies(
  name: string,
  { podSelector, ingress = [], egress = [] }: ReturnType<typeof policySpec>,
): string[] {
  const found: string[] = [];
  for (const { from, ports } of ingress) {
    const gateway = podSelector?.matchLabels?.['app.kubernetes.io/name'] === 'gateway';
    if (!from?.length && !gateway) found.push('lets everybody in');
    if (!ports?.length) found.push('lets others in at every port');
    if (from?.some(({ podSelector: pods, namespaceSelector: spaces }) => isEmpty(pods) || isEmpty(spaces))) {
      found.push('lets every pod in');
    }
  }
  for (const { to, ports } of egress) {
    if (!to?.length) found.push('lets its pods out to everybody');
    if (!ports?.length) found.push('lets its pods out at every port');
    if (to?.some(({ podSelector: pods, namespaceSelector: spaces }) => isEmpty(pods) || isEmpty(spaces))) {
      found.push('lets its pods out to every pod');
    }
    const everywhere = to?.some(({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0' && !ipBlock.except?.length);
    if (everywhere) found.push('lets its pods out to every address');
  }
  return found.map((problem) => `NetworkPolicy ${name} ${problem}`);
}

/** Compares who may call whom with the addresses that each app's configuration asks for. */
function edges(overlay: Overlay, apps: ReadonlyMap<string, AppConfiguration>): string[] {
  const callees = overlay.lasting.filter(({ service }) => apps.get(service)?.variables);
  return overlay.lasting.flatMap((from) =>
    callees.flatMap((to) => {
      if (from === to) return [];
      const needed = needs(overlay, from, apps).has(to.service);
      const open = mayCall(overlay, from, to, GRPC);
      if (needed && !open) return [`${from.title} needs ${to.service} and may not call it`];
      return open && !needed ? [`${from.title} may call ${to.service} and does not need it`] : [];
    }),
  );
}

/** Services whose address the app reads. The gateways read theirs from generated files: the push and the public API. */
function needs(
  overlay: Overlay,
  { service, main }: Workload,
  apps: ReadonlyMap<string, AppConfiguration>,
): Set<string> {
  if (service === 'gateway') return new Set(['bff', 'recommendation']);
  const { env } = environmentOf(overlay, main);
  const addresses = (apps.get(service)?.variables ?? []).filter((name) => name.endsWith('_ADDRESS'));
  return new Set(addresses.map((name) => (env[name] ?? '').replace(/^dns:\/\/\//, '').split(/[.:]/)[0] ?? ''));
}

function isEmpty(selector: object | undefined): boolean {
  return selector !== undefined && Object.keys(selector).length === 0;
}

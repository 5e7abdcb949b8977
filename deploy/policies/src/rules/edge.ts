import type { Resource } from '../manifest.ts';
import { type Overlay, titleOf } from '../overlay.ts';
import type { Rule } from '../rule.ts';

interface Ref {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
}

interface Route {
  readonly parentRefs?: readonly Ref[];
  readonly rules?: readonly RouteRule[];
}

interface Draining {
  readonly connectionDraining?: { readonly drainingTimeoutSec?: number };
}

interface RouteRule {
  readonly matches?: readonly { readonly headers?: readonly { readonly name: string; readonly value: string }[] }[];
  readonly backendRefs?: readonly Ref[];
  readonly filters?: readonly { readonly type: string }[];
}

/** What stands in front of the gateway points at things that are there, and drains no longer than pods live. */
export const edge: Rule = {
  name: 'edge',
  why: 'A route or policy that points at nothing is accepted by the API server and answers 500 to users.',
  check: (overlay) => [
    ...overlay.ofKind('HTTPRoute').flatMap((route) => routeProblems(route, overlay)),
    ...['HealthCheckPolicy', 'GCPBackendPolicy', 'GCPGatewayPolicy'].flatMap((kind) =>
      overlay.ofKind(kind).flatMap((policy) => targetProblems(policy, overlay)),
    ),
    ...overlay.ofKind('GCPBackendPolicy').flatMap((policy) => drainProblems(policy, overlay)),
    ...unprotected(overlay),
  ],
};

function routeProblems(route: Resource, overlay: Overlay): string[] {
  const { parentRefs = [], rules = [] } = (route.spec ?? {}) as Route;
  const own = parentRefs.filter(({ namespace }) => namespace === undefined || namespace === route.metadata.namespace);
  const found = own
    .filter(({ name }) => !overlay.find('Gateway', name))
    .map(({ name }) => `belongs to Gateway ${name}, which is not there`);
  if (own.length < parentRefs.length) found.push(...greed(route, rules));
  for (const { backendRefs = [], filters = [] } of rules) {
    if (!backendRefs.length && !filters.some(({ type }) => type === 'RequestRedirect')) found.push('leads nowhere');
    for (const { name, port } of backendRefs) {
      const ports = overlay.find('Service', name)?.spec?.['ports'] as readonly { port: number }[] | undefined;
      if (!ports?.some((each) => each.port === port)) found.push(`leads to ${name}:${port}, which is not there`);
    }
  }
  return found.map((problem) => `${titleOf(route)} ${problem}`);
}

/** At another namespace's Gateway a route takes the requests that name its own, and no others. */
function greed({ metadata }: Resource, rules: readonly RouteRule[]): string[] {
  const names = (headers: readonly { name: string; value: string }[] = []) =>
    headers.some(({ name, value }) => name === 'x-dev-namespace' && value === metadata.namespace);
  return rules
    .filter(({ matches = [] }) => matches.length === 0 || !matches.every(({ headers }) => names(headers)))
    .map(() => `takes requests of a shared Gateway that do not name ${metadata.namespace ?? 'its namespace'}`);
}

function targetProblems(policy: Resource, overlay: Overlay): string[] {
  const { kind = '', name = '' } = (policy.spec?.['targetRef'] ?? {}) as Partial<Ref>;
  return overlay.find(kind, name) ? [] : [`${titleOf(policy)} is about ${kind} ${name}, which is not there`];
}

function drainProblems(policy: Resource, overlay: Overlay): string[] {
  const { connectionDraining } = (policy.spec?.['default'] ?? {}) as Draining;
  const seconds = connectionDraining?.drainingTimeoutSec ?? 0;
  const gateway = overlay.lasting.find(({ service }) => service === 'gateway');
  const grace = gateway?.template.spec.terminationGracePeriodSeconds ?? 30;
  return seconds > grace ? [`${titleOf(policy)} drains for ${seconds} s, its pods end after ${grace} s`] : [];
}

/** A Gateway that faces the internet has health checks, Cloud Armor and a TLS policy. */
function unprotected(overlay: Overlay): string[] {
  return overlay
    .ofKind('Gateway')
    .flatMap((gateway) =>
      ['HealthCheckPolicy', 'GCPBackendPolicy', 'GCPGatewayPolicy']
        .filter((kind) => overlay.ofKind(kind).length === 0)
        .map((kind) => `${titleOf(gateway)} has no ${kind}`),
    );
}

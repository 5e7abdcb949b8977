import type { LabelSelector } from '../manifest.ts';
import type { Overlay, Workload } from '../overlay.ts';
import { selects } from '../selects.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_APPS } from '../services/app-sources.ts';

interface Endpoint {
  readonly port: string | number;
  readonly path?: string;
}

/** Somebody scrapes every service, at a port that is there and that the network policies open. */
export const monitoring: Rule = {
  name: 'monitoring',
  why: 'A service that nobody measures breaks unseen.',
  check: (overlay) =>
    overlay.lasting
      .filter(({ service }) => SERVICE_APPS.some(({ name }) => name === service))
      .flatMap((workload) => problems(overlay, workload).map((problem) => `${workload.title} ${problem}`)),
};

function problems(overlay: Overlay, { labels, main, template }: Workload): string[] {
  const endpoints = overlay
    .ofKind('PodMonitoring')
    .filter(({ spec }) => selects(spec?.['selector'] as LabelSelector | undefined, labels))
    .flatMap(({ spec }) => (spec?.['endpoints'] as readonly Endpoint[] | undefined) ?? []);
  const annotations = template.metadata?.annotations ?? {};
  const annotated = annotations['prometheus.io/scrape'] === 'true';
  if (endpoints.length === 0 && !annotated) return ['is scraped by nobody'];
  const scraped = [
    ...endpoints,
    ...(annotated
      ? [{ port: Number(annotations['prometheus.io/port']), path: annotations['prometheus.io/path'] }]
      : []),
  ];
  return scraped.flatMap(({ port, path = '/metrics' }) => {
    const known = main.ports?.find(({ name, containerPort }) => name === port || containerPort === port);
    if (!known) return [`is scraped at port ${port}, which it does not have`];
    if (path !== '/metrics') return [`is scraped at ${path}; it answers at /metrics`];
    return [];
  });
}

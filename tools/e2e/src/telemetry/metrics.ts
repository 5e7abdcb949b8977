import type { MetricGroup } from './schema.ts';

/** A metric as a service's /metrics shows it. */
export interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: ReadonlySet<string>;
}

/** Labels that are not the metric's own: of every metric of a service, and of the buckets of a histogram. */
const COMMON = new Set(['service', 'le']);

/** Reads Prometheus' text format. */
export function parseMetrics(text: string): Metric[] {
  const helps = new Map([...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, help]) => [name, help]));
  return [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name = '', type = '']) => {
    const samples = text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{(.*)\\} \\S+$`, 'gm'));
    const labels = [...samples].flatMap(([, inside = '']) => [...inside.matchAll(/(\w+)="/g)].map(([, each]) => each!));
    return { name, type, help: helps.get(name) ?? '', labels: new Set(labels.filter((label) => !COMMON.has(label))) };
  });
}

/** What contradicts the schema in the metrics of one service; empty when nothing does. */
export function metricProblems(service: string, found: readonly Metric[], groups: readonly MetricGroup[]): string[] {
  const expected = groups.filter(({ annotations: { services, platform } }) => {
    const has = services === 'gRPC' ? service !== 'gateway' : services === 'all' || services.includes(service);
    return has && (!platform || platform === process.platform);
  });
  const byName = new Map(found.map((metric) => [metric.name, metric]));
  const known = new Set(expected.map(({ metric_name }) => metric_name));
  return [
    ...found.flatMap(({ name }) => (known.has(name) ? [] : `${service}: ${name} is not in docs/telemetry/*.yaml`)),
    ...expected.flatMap((group) => {
      const metric = byName.get(group.metric_name);
      if (!metric) return group.annotations.with ? [] : `${service}: ${group.metric_name} is missing`;
      const labels = new Set(group.attributes?.map(({ ref }) => ref));
      const says = `${service}: ${metric.name}`;
      return [
        ...(metric.type === group.instrument
          ? []
          : [`${says} is a ${metric.type}, the schema says ${group.instrument}`]),
        ...(metric.help === group.brief ? [] : [`${says} says "${metric.help}", the schema "${group.brief}"`]),
        ...[...metric.labels].flatMap((label) => (labels.has(label) ? [] : `${says} has the unknown label ${label}`)),
      ];
    }),
  ];
}

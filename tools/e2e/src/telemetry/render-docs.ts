import type { AttributeRef, MetricGroup, readSchema } from './schema.ts';

const HEAD = `# Telemetry
Made from docs/telemetry/*.yaml by \`npm run telemetry-docs\`: change those. A test holds every span and metric of the running
platform equal to them.

Spans leave by OTLP/HTTP when OTEL_EXPORTER_OTLP_ENDPOINT is set; without it none is made and the SDK is not loaded.
OTEL_TRACES_SAMPLER_ARG is the share of new traces that is recorded (0 to 1, default 1); a caller's decision is followed.
W3C \`traceparent\`, \`tracestate\` and \`baggage\` go over REST, gRPC and events, also through services that make no spans.
Baggage carries \`kiban.request_id\`, so that lines of a consumer name the request that caused the event.
Prometheus reads /metrics on OPS_PORT. Every metric there has the label \`service\`.
`;

/** The text of docs/telemetry.md. */
export function renderDocs({ spans, metrics, attributes }: ReturnType<typeof readSchema>): string {
  const own = metrics.filter(({ metric_name }) => !isRuntime(metric_name));
  const runtime = metrics.filter(({ metric_name }) => isRuntime(metric_name));
  return [
    HEAD,
    '## Spans\nAttributes in brackets are not always there.\n',
    table(
      ['span', 'kind', 'child of', 'what', 'attributes'],
      spans.map(({ id, span_kind, brief, annotations: { name, parents }, attributes: refs }) => {
        const short = id.replace(/^span\./, '');
        return [`${short}: \`${name}\``, span_kind, parents.join(', ').replaceAll('span.', ''), brief, list(refs)];
      }),
    ),
    '\n## Metrics\n',
    metricTable(own),
    '\n## Metrics of the process\n',
    metricTable(runtime),
    '\n## Attributes and labels\n',
    table(
      ['name', 'type', 'what'],
      attributes.map(({ id, type, brief }) => [`\`${id}\``, type, brief]),
    ),
  ].join('\n');
}

function isRuntime(name: string): boolean {
  return /^(?:process|nodejs)_/.test(name);
}

function metricTable(groups: readonly MetricGroup[]): string {
  return table(
    ['metric', 'kind', 'unit', 'labels', 'services', 'what'],
    groups.map(({ metric_name, instrument, unit, attributes = [], annotations, brief }) => {
      const { services, with: variable } = annotations;
      const who = [services].flat().join(', ') + (variable ? ` with ${variable}` : '');
      return [`\`${metric_name}\``, instrument, unit, list(attributes), who, brief];
    }),
  );
}

function list(refs: readonly AttributeRef[]): string {
  return refs.map(({ ref, requirement_level: level }) => (typeof level === 'object' ? `[${ref}]` : ref)).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')}\n`;
}

import type { SpanGroup } from './schema.ts';

/** A span as otlp-collector.mjs keeps it. */
export interface Span {
  readonly service: string;
  readonly scope: string;
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links: readonly string[];
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** Every span that the platform under test has sent so far. */
export async function collectedSpans(): Promise<Span[]> {
  const response = await fetch(`${process.env['E2E_COLLECTOR']}/spans`);
  return (await response.json()) as Span[];
}

/** The group of the schema that a span belongs to, by its scope, kind and name. */
export function groupOf(span: Span, groups: readonly SpanGroup[]): SpanGroup | undefined {
  return groups.find(({ span_kind, annotations: { scope, name } }) => {
    return scope === span.scope && span_kind === span.kind && filled(name, span) === span.name;
  });
}

/** What contradicts the schema in these spans; empty when nothing does. */
export function spanProblems(spans: readonly Span[], groups: readonly SpanGroup[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return spans.flatMap((span) => {
    const group = groupOf(span, groups);
    if (!group) return `${span.scope} ${span.kind} "${span.name}" is not in the schema`;
    const known = new Set(group.attributes.map(({ ref }) => ref));
    const required = group.attributes.filter((each) => each.requirement_level === 'required');
    const parent = span.parentSpanId ? byId.get(span.parentSpanId) : undefined;
    const parentGroup = parent && groupOf(parent, groups)?.id;
    return [
      ...Object.keys(span.attributes).flatMap((name) => (known.has(name) ? [] : `${span.name}: ${name} is unknown`)),
      ...required.flatMap(({ ref }) => (ref in span.attributes ? [] : `${span.name}: ${ref} is missing`)),
      ...(parentGroup && !group.annotations.parents.includes(parentGroup)
        ? [`${span.name}: ${group.id} must not be a child of ${parentGroup}`]
        : []),
    ];
  });
}

function filled(template: string, { attributes }: Span): string {
  return template.replace(/\{([\w.]+)\}/g, (_, name: string) => String(attributes[name] ?? '')).trim();
}

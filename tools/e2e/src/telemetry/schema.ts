import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** An attribute of a span, or a label of a metric. */
export interface AttributeRef {
  readonly ref: string;
  readonly requirement_level?: 'required' | { readonly conditionally_required: string };
}

export interface AttributeGroup {
  readonly type: 'attribute_group';
  readonly id: string;
  readonly attributes: readonly { readonly id: string; readonly type: string; readonly brief: string }[];
}

export interface SpanGroup {
  readonly type: 'span';
  readonly id: string;
  readonly span_kind: string;
  readonly brief: string;
  readonly annotations: { readonly name: string; readonly scope: string; readonly parents: readonly string[] };
  readonly attributes: readonly AttributeRef[];
}

export interface MetricGroup {
  readonly type: 'metric';
  readonly id: string;
  readonly metric_name: string;
  readonly instrument: string;
  readonly unit: string;
  readonly brief: string;
  readonly annotations: {
    readonly services: 'all' | 'gRPC' | readonly string[];
    /** Node's name of the only platform that has it. */
    readonly platform?: string;
    /** The variable without which the service has it not. */
    readonly with?: string;
  };
  readonly attributes?: readonly AttributeRef[];
}

export const DOCS = resolve(import.meta.dirname, '../../../../docs');

/** The committed telemetry schema, docs/telemetry/*.yaml. */
export function readSchema(dir = join(DOCS, 'telemetry')) {
  const groups = readdirSync(dir)
    .toSorted()
    .flatMap((file) => {
      const { groups } = parse(readFileSync(join(dir, file), 'utf8')) as {
        groups: (AttributeGroup | SpanGroup | MetricGroup)[];
      };
      return groups;
    });
  return {
    attributes: groups.filter((group) => group.type === 'attribute_group').flatMap(({ attributes }) => attributes),
    spans: groups.filter((group) => group.type === 'span'),
    metrics: groups.filter((group) => group.type === 'metric'),
  };
}

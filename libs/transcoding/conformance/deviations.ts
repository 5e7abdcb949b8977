import type { Case, Expectation } from './case.ts';

/** An answer that differs from the case's on purpose: what is expected instead, and why. */
export interface Deviation {
  readonly why: string;
  readonly expect?: Expectation;
}

const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'pm-Duplicate-01': {
    why: 'a template that stands twice is refused at start, as ESPv2 does; the bare filter would match neither',
    expect: { config: 'reject' },
  },
  'envoy-err-unknown-details': {
    why: 'an error keeps its code and message when a detail has an unknown type; Envoy drops the whole body',
    expect: { status: 404, json_body: { code: 5, message: 'Error' }, headers_present: ['grpc-status', 'grpc-message'] },
  },
  'pm-WildDeep-01': { why: '64,000 segments do not fit into a request line; run against the path matcher' },
};

export function deviationOf({ id }: Case): Deviation | undefined {
  return DEVIATIONS[id];
}

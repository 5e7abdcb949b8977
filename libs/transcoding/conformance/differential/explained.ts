import type { MethodPlan } from '../../src/index.ts';
import type { Behaviour } from '../fake-backend.ts';
import type { GeneratedRequest } from './generated-request.ts';
import type { Observation } from './observe.ts';
import type { Setup } from './probe-api.ts';

/** Everything that is known about a request that was answered differently. */
export interface Finding {
  readonly request: GeneratedRequest;
  readonly answer: Behaviour;
  readonly theirs: Observation;
  readonly ours: Observation;
  readonly differs: readonly string[];
  readonly plan: MethodPlan;
  readonly setup: Setup;
}

interface Explanation {
  readonly why: string;
  readonly fits: (finding: Finding) => boolean;
}

const EXPLAINED: Readonly<Record<string, Explanation>> = {
  'invalid UTF-8': {
    why: 'Escapes that are no UTF-8: Envoy puts the bytes into a string field, which gRPC servers refuse to parse; we put U+FFFD in their place.',
    fits: ({ theirs, request }) =>
      /%[89a-f]/i.test(request.path) && JSON.stringify(theirs.upstream).includes('"bytes '),
  },
  'HEAD with a body': {
    why: 'A rule of the kind HEAD: Envoy sends the JSON behind the head, which HTTP forbids and clients take for the next answer (RFC 9110, 9.3.2).',
    fits: ({ request, differs }) => request.method === 'HEAD' && differs.every((each) => each.startsWith('body')),
  },
  'HttpBody without data': {
    why: 'An answer of google.api.HttpBody without data, or with an error behind it: Envoy closes the connection or cuts the body; we send what came.',
    fits: ({ plan, theirs }) => plan.httpBodyOut && (theirs.status === 'closed' || theirs.status === 200),
  },
  'a stream with a bad element': {
    why: 'A list of messages of which a later one is bad: both answer 400; we have sent the ones before it, each when it was complete, Envoy none of those that came in the same piece.',
    fits: ({ plan, theirs, ours }) =>
      theirs.status === 400 && ours.status === 400 && /client|bidi/.test(plan.method.methodKind),
  },
  'fields of Struct and Value': {
    why: 'A parameter that names a field inside google.protobuf.Struct or Value: these have a JSON form of their own, and we answer 400.',
    fits: ({ request, ours }) =>
      ours.status === 400 && /[?&](?:list|fields|any_?value|anyValue)\.\w/i.test(request.path),
  },
};

/** Why a difference stays, by its name. */
export const EXPLANATIONS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(EXPLAINED).map(([name, { why }]) => [name, why]),
);

/** The name of the reason; undefined = nobody knows yet. */
export function explanationOf(finding: Finding): string | undefined {
  return Object.entries(EXPLAINED).find(([, { fits }]) => fits(finding))?.[0];
}

import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { MethodPlan } from '../../src/index.ts';
import type { Behaviour } from '../fake-backend.ts';
import type { GeneratedRequest } from './generated-request.ts';
import type { Observation } from './observe.ts';
import type { Setup } from './setups.ts';

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
    why: 'A parameter that names a field inside google.protobuf.Struct or Value: these have a JSON form of their own, and we answer 400, or take a lone value for a list.',
    fits: ({ request, plan }) => namesInside(plan, request, INSIDE),
  },
  'a message that is none': {
    why: 'A map of scalars that the body gives an object: Envoy writes bytes that no gRPC server parses, or garbage; we answer 400.',
    fits: ({ theirs, ours, plan }) =>
      ours.status === 400 && (JSON.stringify(theirs.upstream).includes('"bytes ') || objectInMap(plan, ours.body)),
  },
  'a stream that is cut off': {
    why: 'A stream ended by a message that is too large: both cut it at the same place; half a JSON text shows that Envoy writes some characters as escapes.',
    fits: ({ theirs, ours, differs }) =>
      differs.every((each) => each.startsWith('body')) && isCut(theirs.body) && isCut(ours.body),
  },
  'a large body of JSON': {
    why: 'A body above max_request_body_size: we refuse it whatever is in it. Envoy counts only what its parser has not taken yet, so that JSON of many megabytes passes, and looks at the bindings first.',
    fits: ({ request, setup, ours }) =>
      ours.status === 413 && sizeOf(request) > Number(setup.options['max_request_body_size'] ?? 1 << 20),
  },
  'a detail of an unknown type': {
    why: 'An error with a detail whose type the descriptor set lacks: Envoy drops the whole body, we keep code and message.',
    fits: ({ answer, theirs, ours }) =>
      answer.status?.details_unknown_type !== undefined && theirs.status === ours.status,
  },
};

/** Whether we refused an object as a value of a map of scalars. */
function objectInMap({ method }: MethodPlan, refusal: unknown): boolean {
  const path = /^(.*)\.[^.]*: expected .*, got an object/s.exec(String(refusal))?.[1]?.replace(/\[\d+\]/g, '');
  let desc: DescMessage | undefined = method.input;
  let field: DescField | undefined;
  for (const name of path?.split('.') ?? []) {
    field = desc?.fields.find(({ jsonName }) => jsonName === name);
    desc = field?.message;
  }
  return field?.fieldKind === 'map' && !field.message;
}

function isCut(body: unknown): boolean {
  return typeof body === 'string' && body.startsWith('[') && !body.endsWith(']');
}

function sizeOf({ body, chunks = [] }: GeneratedRequest): number {
  return (body?.length ?? 0) + chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

const INSIDE = /^google\.protobuf\.(?:Struct|Value|ListValue)$/;

/** Whether a parameter names a field inside a message of such a type. */
function namesInside(plan: MethodPlan, { path }: GeneratedRequest, types: RegExp): boolean {
  const query = path.slice(path.indexOf('?') + 1);
  return query.split('&').some((pair) => {
    let desc: DescMessage | undefined = plan.method.input;
    for (const name of (pair.split('=')[0] ?? '').split('.')) {
      if (!desc) return false;
      if (types.test(desc.typeName)) return true;
      desc = desc.fields.find((field) => field.name === name || field.jsonName === name)?.message;
    }
    return false;
  });
}

/** Why a difference stays, by its name. */
export const EXPLANATIONS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(EXPLAINED).map(([name, { why }]) => [name, why]),
);

/** The name of the reason; undefined = nobody knows yet. */
export function explanationOf(finding: Finding): string | undefined {
  return Object.entries(EXPLAINED).find(([, { fits }]) => fits(finding))?.[0];
}

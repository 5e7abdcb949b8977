import { invalid } from '../core/errors.ts';
import type { Fault } from '../faults.ts';

const KINDS = ['delay', 'error', 'duplicate', 'drop-ack'] as const;
const RANGES = { ms: [0, 600_000], code: [1, 16], times: [1, 1_000_000_000], probability: [0, 1] } as const;
const TEXTS = ['method', 'subscription'] as const;

/** Reads a fault to inject; INVALID_ARGUMENT that says which field is wrong and what it may be. */
export function readFault(body: Readonly<Record<string, unknown>>): Fault {
  const kind = KINDS.find((each) => each === body['kind']);
  if (!kind) throw invalid('"kind" must be delay, error, duplicate or drop-ack; POST /api/disconnect cuts streams.');
  const fault: Record<string, unknown> = { kind };
  for (const [field, value] of Object.entries(body)) {
    if (field === 'kind') continue;
    if (TEXTS.some((each) => each === field)) {
      if (typeof value !== 'string') throw invalid(`"${field}" must be a text.`);
    } else {
      const range = RANGES[field as keyof typeof RANGES] as readonly [number, number] | undefined;
      if (!range)
        throw invalid(`"${field}" is no part of a fault: ${[...TEXTS, ...Object.keys(RANGES)].join(', ')} are.`);
      if (typeof value !== 'number' || !(value >= range[0] && value <= range[1])) {
        throw invalid(`"${field}" must be a number from ${range[0]} to ${range[1]}.`);
      }
    }
    fault[field] = value;
  }
  return fault as unknown as Fault;
}

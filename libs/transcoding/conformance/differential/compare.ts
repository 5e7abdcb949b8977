import { isDeepStrictEqual } from 'node:util';
import type { Observation } from './observe.ts';

/** What differs between the two: `status: 200, ours 400` and so on; empty = the same. */
export function differencesBetween(theirs: Observation, ours: Observation): string[] {
  const found: string[] = [];
  const check = (what: string, a: unknown, b: unknown) => {
    if (!isDeepStrictEqual(a, b)) found.push(`${what}: ${show(a)}, ours ${show(b)}`);
  };
  check('status', theirs.status, ours.status);
  const refused = isRefusal(theirs) && isRefusal(ours);
  if (!refused) check('upstream', theirs.upstream, ours.upstream);
  for (const name of new Set([...Object.keys(theirs.headers), ...Object.keys(ours.headers)])) {
    check(`header ${name}`, theirs.headers[name], ours.headers[name]);
  }
  // The words of a refusal are everybody's own.
  if (!refused && !bothFail(theirs, ours)) check('body', theirs.body, ours.body);
  return found;
}

/** Words of the gateways, about an answer that is none. */
function bothFail(theirs: Observation, ours: Observation): boolean {
  const fails = ({ status, headers }: Observation) => status !== 200 && headers['content-type'] === 'text/plain';
  return theirs.status === ours.status && fails(theirs) && fails(ours);
}

/** The gateway's own no. Envoy may have opened a call by then, which it then resets: no message has gone over it. */
function isRefusal({ status, upstream }: Observation): boolean {
  if (typeof status !== 'number' || status < 400 || !Array.isArray(upstream)) return false;
  return upstream.every((call) => JSON.stringify((call as { messages?: unknown }).messages) === '[]');
}

function show(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length > 700 ? `${text.slice(0, 700)}...` : text;
}

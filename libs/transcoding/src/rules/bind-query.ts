import type { DescField } from '@bufbuild/protobuf';
import type { QueryParameter } from '../path/query.ts';
import { resolveFieldPath } from './http-rules.ts';
import type { MethodPlan } from './method-plan.ts';
import { RequestError } from './request-error.ts';
import type { ResolvedBinding } from './weave.ts';

export interface BoundQuery {
  readonly bindings: ResolvedBinding[];
  /** A sentence for each parameter that names no field. */
  readonly unknown: string[];
}

/** Servers read no message that is nested deeper than 100; a name in a query could be thousands deep. */
const MAX_DEPTH = 500;

/** Finds the fields that query parameters name; the names may be percent-encoded and in either spelling. */
export function bindQuery(
  plan: MethodPlan,
  query: readonly QueryParameter[],
  ignored: ReadonlySet<string>,
): BoundQuery {
  const bindings: ResolvedBinding[] = [];
  const unknown: string[] = [];
  for (const { rawName, name, value } of query) {
    // Only as written: upstream does not decode a name before it looks whether to ignore it.
    if (ignored.has(rawName)) continue;
    const fields = resolve(plan, rawName, name);
    if (typeof fields === 'string') unknown.push(fields);
    else if (fields.length > MAX_DEPTH) {
      throw new RequestError(400, `A parameter names a field more than ${MAX_DEPTH} levels deep.`);
    } else if (!insideHttpBody(plan, fields)) bindings.push({ fields, value, from: 'query' });
  }
  return { bindings, unknown };
}

function resolve(plan: MethodPlan, rawName: string, name: string): DescField[] | string {
  const raw = resolveFieldPath(plan.method.input, rawName.split('.'));
  if (typeof raw !== 'string' || rawName === name) return raw;
  return resolveFieldPath(plan.method.input, name.split('.'));
}

/** What goes into the raw body cannot come from the query, too. */
function insideHttpBody(plan: MethodPlan, fields: readonly DescField[]): boolean {
  return plan.httpBodyIn && plan.bodyFields.every((field, index) => fields[index] === field);
}

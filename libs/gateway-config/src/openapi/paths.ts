import type { MethodPlan } from '@kiban/transcoding';

export interface PathParameter {
  readonly name: string;
  /** The field that it is a part of, in JSON spelling. */
  readonly field: string;
  /** The whole value of that field, `articles/{article}`. */
  readonly pattern: string;
}

/** A template as OpenAPI writes it: `/v1/{name=articles/*}` becomes `/v1/articles/{article}`. */
export function openApiPath({ path, pathFields }: MethodPlan): { path: string; parameters: PathParameter[] } {
  const parts = [...path.segments];
  const parameters: PathParameter[] = [];
  for (const [index, variable] of path.variables.entries()) {
    const end = variable.end >= 0 ? variable.end : path.segments.length + variable.end + 1;
    const field = (pathFields[index] ?? []).map((each) => each.jsonName).join('.');
    const names: string[] = [];
    for (let at = variable.start; at < end; at++) {
      if (path.segments[at] !== '*' && path.segments[at] !== '**') continue;
      const collection = at > variable.start ? path.segments[at - 1] : undefined;
      const name = unique(collection ? collection.replace(/ies$/, 'y').replace(/s$/, '') : field, parameters);
      parts[at] = `{${name}}`;
      names.push(name);
      parameters.push({ name, field, pattern: '' });
    }
    const pattern = parts.slice(variable.start, end).join('/');
    for (const name of names) {
      const at = parameters.findIndex((parameter) => parameter.name === name);
      parameters[at] = { name, field, pattern };
    }
  }
  return { path: `/${parts.join('/')}${path.verb ? `:${path.verb}` : ''}`, parameters };
}

function unique(name: string, taken: readonly PathParameter[]): string {
  let candidate = name;
  for (let count = 2; taken.some((each) => each.name === candidate); count++) candidate = `${name}${count}`;
  return candidate;
}

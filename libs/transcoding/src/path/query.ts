import { unescapeAll } from './percent.ts';

/** One `name=value` of a query. `rawName` is the name as written, `name` percent-decoded. */
export interface QueryParameter {
  readonly rawName: string;
  readonly name: string;
  readonly value: string;
}

/** Splits a query (without `?`). Parameters without a name or without `=` say nothing and are left out. */
export function parseQuery(query: string, plusIsSpace: boolean): QueryParameter[] {
  if (!query) return [];
  const found: QueryParameter[] = [];
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const rawName = part.slice(0, equals);
    const value = part.slice(equals + 1);
    found.push({
      rawName,
      name: unescapeAll(rawName),
      value: unescapeAll(plusIsSpace ? value.replaceAll('+', ' ') : value),
    });
  }
  return found;
}

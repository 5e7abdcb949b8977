import { unescapeUnreserved } from './percent.ts';

/**
 * What ESPv2's Envoy does with a path before routing: escapes of unreserved characters are decoded, `.` and `..` are
 * resolved, slashes merged. The query stays as it is.
 */
export function normalizePath(path: string): string {
  if (!/\/\/|\/\.|%|\\/.test(path)) return path;
  const parts = unescapeUnreserved(path.replaceAll('\\', '/')).split('/').slice(1);
  const out: string[] = [];
  for (const part of parts) {
    if (part === '..') out.pop();
    else if (part !== '.' && part !== '') out.push(part);
  }
  const last = parts[parts.length - 1];
  const slash = out.length > 0 && (last === '' || last === '.' || last === '..') ? '/' : '';
  return `/${out.join('/')}${slash}`;
}

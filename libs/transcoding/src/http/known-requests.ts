import type { MethodPlan } from '../rules/method-plan.ts';
import type { Exchange } from './context.ts';
import { hasBody } from './request-body.ts';

const MAX_REQUESTS = 1024;
const MAX_URL = 512;

/** What a request without a body comes to: its rule, and its message with gRPC's five bytes before it. */
export interface KnownRequest {
  /** What ESPv2's routes say; absent where they are not asked. */
  readonly route: MethodPlan | undefined;
  readonly plan: MethodPlan;
  readonly framed: Buffer;
}

/**
 * Requests without a body whose path and query were bound before: the same URL means the same message, and most of what
 * a gateway hears it has heard before. Holds the newest, at most 1,024 of at most 512 characters each.
 */
export class KnownRequests {
  private readonly found = new Map<string, KnownRequest>();

  /** Looks a request up whose method and path are those that count. */
  recall(exchange: Exchange): void {
    const key = keyOf(exchange);
    exchange.key = key;
    exchange.known = key === undefined ? undefined : this.found.get(key);
  }

  /** Remembers a request that was looked up. */
  add({ key }: Exchange, request: KnownRequest): void {
    if (key === undefined) return;
    if (this.found.size >= MAX_REQUESTS) {
      for (const oldest of this.found.keys()) {
        this.found.delete(oldest);
        break;
      }
    }
    this.found.set(key, request);
  }
}

/** Undefined for a request with a body, a long URL, or a token in its query. */
function keyOf({ method, path, query, request, context }: Exchange): string | undefined {
  if (hasBody(request)) return undefined;
  if (path.length + query.length > MAX_URL) return undefined;
  if (query === '') return `${method} ${path}`;
  for (const name of context.ignoredQuery) if (query.includes(name)) return undefined;
  return `${method} ${path}?${query}`;
}

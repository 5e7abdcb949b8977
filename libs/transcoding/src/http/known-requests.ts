import type { MethodPlan } from '../rules/method-plan.ts';
import type { Exchange } from './context.ts';
import { hasBody } from './request-body.ts';

/** A rule may take any method, and a client name any: the first few are those that matter. */
const MAX_METHODS = 16;
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
 * a gateway hears it has heard before. Holds the newest, at most 1,024 of each method and of at most 512 characters.
 */
export class KnownRequests {
  /** By method, and by path with query. */
  private readonly found = new Map<string, Map<string, KnownRequest>>();

  /** Looks a request up whose method and path are those that count. */
  recall(exchange: Exchange): void {
    if (!hasBody(exchange.request)) exchange.known = this.found.get(exchange.method)?.get(exchange.originalPath);
  }

  /** Remembers a request, unless it has a body, or a URL that is long or may hold a secret. */
  add({ request, method, originalPath, query, context }: Exchange, meaning: KnownRequest): void {
    if (hasBody(request) || originalPath.length > MAX_URL) return;
    for (const name of context.ignoredQuery) if (query.includes(name)) return;
    const found = this.found.get(method) ?? new Map<string, KnownRequest>();
    if (this.found.size < MAX_METHODS) this.found.set(method, found);
    if (found.size >= MAX_REQUESTS) {
      for (const oldest of found.keys()) {
        found.delete(oldest);
        break;
      }
    }
    found.set(originalPath, meaning);
  }
}

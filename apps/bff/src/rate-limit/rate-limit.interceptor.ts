import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { type CallContext, ServiceError } from '@kiban/grpc';
import type { Observable } from 'rxjs';
import { callerKey } from './caller-key.ts';
import type { RateLimiter, Verdict } from './rate-limiter.ts';

/** Refuses callers that come too often, and tells every caller how much is left. Runs behind the guards. */
export class RateLimitInterceptor implements NestInterceptor {
  readonly #limiter: RateLimiter;

  constructor(limiter: RateLimiter) {
    this.#limiter = limiter;
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const call = context.switchToRpc().getContext<CallContext>();
    const caller = callerKey(call);
    if (caller === undefined) return next.handle();
    const verdict = await this.#limiter.take(caller);
    tell(call, verdict);
    if (verdict.allowed) return next.handle();
    throw ServiceError.resourceExhausted(
      `Too many calls: ${verdict.limit} were made in this window. Wait ${Math.ceil(verdict.resetMs / 1000)} s.`,
      verdict.resetMs,
      { reason: 'RATE_LIMITED' },
    );
  }
}

/** https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-07, in the spelling that gateways know. */
function tell(call: CallContext, { limit, remaining, resetMs }: Verdict): void {
  call.header.set('ratelimit-limit', String(limit));
  call.header.set('ratelimit-remaining', String(remaining));
  call.header.set('ratelimit-reset', String(Math.ceil(resetMs / 1000)));
}

import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { type CallContext, ServiceError } from '@kiban/grpc';
import type { Observable } from 'rxjs';
import type { ApiKeys } from './api-keys.ts';

const HEADER = 'x-api-key';

const MESSAGES = {
  missing: `This API asks for a key. Send it as the header ${HEADER}.`,
  unknown: 'The API key is not known. Check that it is complete, or ask for a new one.',
  revoked: 'The API key was revoked. Ask for a new one.',
} as const;

/** Refuses calls without a good API key and tells `count` about every call. */
export class ApiKeyInterceptor implements NestInterceptor {
  readonly #keys: ApiKeys;
  readonly #count: (key: string, outcome: 'allowed' | 'missing' | 'unknown' | 'revoked') => void;

  /** `count` hears the key's id; `none` when there is no such key: what a caller makes up must not become a label. */
  constructor(keys: ApiKeys, count: (key: string, outcome: 'allowed' | 'missing' | 'unknown' | 'revoked') => void) {
    this.#keys = keys;
    this.#count = count;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const call = context.switchToRpc().getContext<CallContext>();
    const sent = call.metadata.get(HEADER)[0];
    const verdict = this.#keys.check(typeof sent === 'string' ? sent : undefined);
    if ('id' in verdict) {
      this.#count(verdict.id, 'allowed');
      return next.handle();
    }
    this.#count('none', verdict.refused);
    throw ServiceError.unauthenticated(MESSAGES[verdict.refused], {
      reason: verdict.refused === 'missing' ? 'API_KEY_MISSING' : 'API_KEY_INVALID',
    });
  }
}

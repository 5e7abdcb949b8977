import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { ApiKeyInterceptor } from './api-keys/api-key.interceptor.ts';
import { BffController } from './bff.controller.ts';
import type { Bff } from './bff.ts';
import { BFF } from './bff.token.ts';
import { RateLimitInterceptor } from './rate-limit/rate-limit.interceptor.ts';
import type { RateLimiter } from './rate-limit/rate-limiter.ts';

/** The public API. */
@Module({ controllers: [BffController] })
export class BffModule {
  /** `keys` is asked before the limiter, when there is one. */
  static of(bff: Bff, limiter: RateLimiter, keys?: ApiKeyInterceptor): DynamicModule {
    return {
      module: BffModule,
      providers: [
        { provide: BFF, useValue: bff },
        ...(keys ? [{ provide: APP_INTERCEPTOR, useValue: keys }] : []),
        { provide: APP_INTERCEPTOR, useValue: new RateLimitInterceptor(limiter) },
      ],
    };
  }
}

import type { Core } from './core/core.ts';
import type { Driver } from './driver.ts';
import type { Faults } from './faults.ts';

/** What the doors work with. */
export interface Service {
  readonly core: Core;
  readonly driver: Driver;
  readonly faults: Faults;
  /** Runs `then` once everything done so far is written; at once when nothing is kept. */
  readonly commit: <T>(then: () => T) => T | Promise<T>;
}

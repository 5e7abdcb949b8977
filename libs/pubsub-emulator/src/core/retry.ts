import type { RetryPolicy } from '@kiban/contracts/google/pubsub/v1';
import { durationMs, SECOND } from './time.ts';

/** Wait (ms) before the delivery after `attempt` failed ones: the minimum, doubled each time, at most the maximum. */
export function backoffMs(policy: RetryPolicy | undefined, attempt: number): number {
  if (!policy) return 0;
  const minimum = policy.minimumBackoff ? durationMs(policy.minimumBackoff) : 10 * SECOND;
  const maximum = policy.maximumBackoff ? durationMs(policy.maximumBackoff) : 600 * SECOND;
  return Math.min(maximum, minimum * 2 ** Math.min(attempt - 1, 30));
}

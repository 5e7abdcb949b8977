import type { PullRequest } from '@kiban/contracts/google/pubsub/v1';
import { type Delivery, take } from '../core/acknowledging.ts';
import { Consumer } from '../core/consumer.ts';
import { gone, invalid } from '../core/errors.ts';
import { pullSubscription } from '../core/subscriptions.ts';
import type { Driver, Outlet } from '../driver.ts';
import type { Call } from './unary.ts';

/** A pull that finds nothing waits this long at most (ms), and ends a little before its client's deadline. */
const MAX_WAIT = 50_000;
const EARLY = 500;

/** Takes up to max_messages; waits for the first one unless return_immediately is set. */
export function pull(driver: Driver, request: PullRequest, call: Call): Promise<Delivery[]> | Delivery[] {
  const { maxMessages, returnImmediately } = request;
  const subscription = pullSubscription(driver.core, request.subscription);
  if (maxMessages <= 0) throw invalid(`Invalid max_messages ${maxMessages}: it must be positive.`);
  const consumer = new Consumer({ ackDeadlineMs: subscription.ackDeadlineMs });
  const limit = Math.min(maxMessages, 1000);
  const attempt = (now: number): Delivery[] => {
    subscription.activeMs = now;
    const deliveries = take(subscription, consumer, now, limit, 10_000_000);
    // This call takes no more: keys with messages outstanding here wait for those to be settled.
    if (deliveries.length > 0) subscription.backlog.release(consumer);
    return deliveries;
  };
  const found = attempt(driver.now());
  driver.schedule();
  if (found.length > 0 || returnImmediately) return found;

  return new Promise((resolve, reject) => {
    const wait = Math.min(MAX_WAIT, call.deadline - Date.now() - EARLY);
    const finish = (): void => {
      clearTimeout(timer);
      driver.remove(subscription, outlet);
    };
    const outlet: Outlet = {
      pump(now) {
        const deliveries = attempt(now);
        if (deliveries.length === 0) return false;
        finish();
        resolve(deliveries);
        return false;
      },
      end(why) {
        finish();
        reject(gone(subscription.name, why));
      },
    };
    const give = (): void => {
      finish();
      resolve([]);
    };
    const timer = setTimeout(give, Math.max(1, wait));
    call.signal.addEventListener('abort', give);
    driver.add(subscription, outlet);
  });
}

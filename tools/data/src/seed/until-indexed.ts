import { setTimeout as delay } from 'node:timers/promises';
import type { Gateway } from '../api/gateway.ts';
import { seedArticles } from './articles.ts';

const EVERY_NTH = 5;

/**
 * Waits until the index knows the seeded articles (every fifth is asked), since events are still on their way when the
 * last row was accepted. Answers false when that takes longer than `patienceMs`.
 */
export async function untilIndexed(gateway: Gateway, patienceMs = 60_000): Promise<boolean> {
  const giveUpAt = performance.now() + patienceMs;
  const sample = seedArticles().filter((_, index) => index % EVERY_NTH === 0);
  for (const { articleId } of sample) {
    while (!(await isIndexed(gateway, articleId))) {
      if (performance.now() > giveUpAt) return false;
      await delay(100);
    }
  }
  return true;
}

/** What is not indexed yet is like nothing; every seeded article is like some other. */
async function isIndexed(gateway: Gateway, articleId: string): Promise<boolean> {
  const path = `/v1/articles/${encodeURIComponent(articleId)}/similar?pageSize=1`;
  const { articles = [] } = await gateway.call<{ articles?: unknown[] }>('GET', path);
  return articles.length > 0;
}

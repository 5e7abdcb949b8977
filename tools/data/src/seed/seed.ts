import { type Refusal, postBatch } from '../api/batch.ts';
import type { Gateway } from '../api/gateway.ts';
import type { ArticleRow, InteractionRow } from '../rows.ts';
import { seedArticles } from './articles.ts';
import { simulateReaders } from './readers.ts';

export interface SeedResult {
  readonly articles: number;
  readonly interactions: number;
  readonly refused: readonly Refusal<ArticleRow | InteractionRow>[];
}

export interface SeedOptions {
  readonly gateway: Gateway;
  /** Simulated readers. Default 200. */
  readonly readers?: number;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: number;
  /** Called once, before the first row. */
  readonly onStart?: (total: number) => void;
  readonly onProgress?: (done: number) => void;
}

/** Small enough for a smooth progress bar, large enough that the calls cost little. */
const ROWS_PER_CALL = 250;

/** Posts the default data set through the public bulk methods. Doing it again changes nothing. */
export async function seed({
  gateway,
  readers,
  now = Date.now(),
  onStart,
  onProgress,
}: SeedOptions): Promise<SeedResult> {
  const articles = seedArticles();
  const interactions = simulateReaders(articles, { now, ...(readers === undefined ? {} : { readers }) });
  onStart?.(articles.length + interactions.length);
  const refused: Refusal<ArticleRow | InteractionRow>[] = [];
  let done = 0;
  const post = async (path: string, rows: readonly (ArticleRow | InteractionRow)[]) => {
    for (let start = 0; start < rows.length; start += ROWS_PER_CALL) {
      const batch = rows.slice(start, start + ROWS_PER_CALL);
      refused.push(...(await postBatch(gateway, path, batch)));
      onProgress?.((done += batch.length));
    }
  };
  await post(
    '/v1/articles:batchCreate',
    articles.map(({ articleId, article }) => ({ articleId, article })),
  );
  await post('/v1/interactions:batchCreate', interactions);
  return { articles: articles.length, interactions: interactions.length, refused };
}

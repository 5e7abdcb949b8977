import { ServiceError } from '@kiban/grpc';
import { ArticleShelf } from './articles/article-shelf.ts';
import { Trending } from './articles/trending.ts';
import type { Bff } from './bff.ts';
import { connectClients } from './clients.ts';
import type { BffConfig } from './config.ts';
import { LastGood } from './home/last-good.ts';

/** The BFF on its clients. `degraded` is told what is not fresh, and why. */
export function openBff(
  config: BffConfig,
  stopping: AbortSignal,
  degraded: (part: string, error: ServiceError) => void,
): Bff {
  const clients = connectClients(config);
  return {
    config,
    clients,
    stopping,
    shelf: new ArticleShelf(clients),
    trending: new Trending(clients),
    lastGood: new LastGood(),
    degraded: (part, error) => degraded(part, ServiceError.from(error)),
  };
}

import type { Database } from '@kiban/database';
import type { RecommendationSchema } from './schema.ts';

/** Reads the key that signs page tokens once; a failed read is tried again by the next call. */
export function tokenKeyOf(database: Database<RecommendationSchema>): () => Promise<Uint8Array> {
  let key: Promise<Uint8Array> | undefined;
  return () => {
    key ??= database.kysely
      .selectFrom('token_key')
      .select('key')
      .executeTakeFirstOrThrow()
      .then((row) => row.key)
      .catch((error: unknown) => {
        key = undefined;
        throw error;
      });
    return key;
  };
}

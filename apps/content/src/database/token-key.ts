import type { Database } from '@kiban/database';
import type { ContentSchema } from './schema.ts';

/** Reads the signing key of tokens once; every replica shares the one in the database. */
export function tokenKeyOf(db: Database<ContentSchema>): () => Promise<Uint8Array> {
  let key: Promise<Uint8Array> | undefined;
  return () => {
    key ??= db.kysely
      .selectFrom('token_key')
      .select('key')
      .executeTakeFirstOrThrow()
      .then((row) => row.key)
      .catch((error: unknown) => {
        key = undefined; // the next call tries again
        throw error;
      });
    return key;
  };
}

import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { createDatabase, type Database } from './create-database.ts';
import { MigrationError } from './errors.ts';

export interface MigrationSet {
  /**
   * Name of this row of migrations (a-z, 0-9, _). One database may have several, each with its own history: a service's
   * tables, the outbox's, the inbox's. Kept in the table `migrations_<set>`.
   */
  set: string;
  /** By name; applied in the order of the names, so begin them with a number: "0001_articles". Never edit an applied one. */
  migrations: Record<string, Migration>;
}

/**
 * Applies what is missing, in one transaction, and returns the names. Replicas that start together wait for each other:
 * Kysely holds an advisory lock of the database, the same for all sets, until the commit.
 */
export async function migrate<Schema>(
  database: Database<Schema>,
  { set, migrations }: MigrationSet,
): Promise<string[]> {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(set))
    throw new TypeError(`"${set}" cannot name a migration set: use up to 41 of a-z, 0-9 and _`);
  // A connection of its own: the pool's have a statement timeout.
  const { url, onError } = database.options;
  const own = createDatabase({
    url,
    max: 1,
    statementTimeoutMs: 0,
    applicationName: `migrate ${set}`,
    ...(onError && { onError }),
  });
  try {
    return await apply(own.kysely, set, migrations);
  } finally {
    await own.close();
  }
}

async function apply(kysely: Kysely<unknown>, set: string, migrations: Record<string, Migration>): Promise<string[]> {
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: `migrations_${set}`,
    migrationLockTableName: `migrations_${set}_lock`,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw new MigrationError(set, results.find((result) => result.status === 'Error')?.migrationName, error);
  return results.map((result) => result.migrationName);
}

/** A migration written in SQL; the text may hold several statements. */
export function sqlMigration(text: string): Migration {
  return {
    up: async (kysely) => {
      await sql.raw(text).execute(kysely);
    },
  };
}

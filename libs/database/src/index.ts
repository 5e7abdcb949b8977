export { ChangeChannel, type ChangeChannelOptions } from './change-channel.ts';
export { ChangeTail, type ChangeTailOptions, lockChangeLog } from './change-tail.ts';
export { type Database, type DatabaseOptions, createDatabase } from './create-database.ts';
export { ConnectionError, errorCode, isRetryable, isUniqueViolation, MigrationError } from './errors.ts';
export { type MigrationSet, migrate, sqlMigration } from './migrate.ts';
export type { Queryable, QueryResult } from './queryable.ts';
export type { Tx, TxOptions } from './transaction.ts';
export type { Migration } from 'kysely/migration';

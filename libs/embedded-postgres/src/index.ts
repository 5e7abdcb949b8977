export { PostgresError, type PostgresFailure } from './postgres-error.ts';
export { startPostgres, type RunningPostgres, type StartPostgresOptions } from './start-postgres.ts';

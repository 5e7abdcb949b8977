export { deletePostgres } from './delete-postgres.ts';
export { freePort } from './free-port.ts';
export { PostgresError, type PostgresFailure } from './postgres-error.ts';
export { type RunningPostgres, type StartPostgresOptions, startPostgres } from './start-postgres.ts';

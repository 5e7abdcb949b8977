export { freePort } from './free-port.ts';
export { type Template, type TestDatabase, type TestPostgres, testPostgres } from './test-postgres.ts';
export { until, type UntilOptions } from './until.ts';

export { freePort } from '@kiban/embedded-postgres';
export { Http2Load, type OnAnswer } from './http2-load.ts';
export { median, quantile } from './quantile.ts';
export { type Template, type TestDatabase, type TestPostgres, testPostgres } from './test-postgres.ts';
export { type TestPubSub, type TestPubSubOptions, testPubSub } from './test-pubsub.ts';
export { until, type UntilOptions } from './until.ts';

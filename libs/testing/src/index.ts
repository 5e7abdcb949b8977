export { freePort } from '@kiban/embedded-postgres';
export { Http2Load, type OnAnswer, quantile } from './http2-load.ts';
export { type Template, type TestDatabase, type TestPostgres, testPostgres } from './test-postgres.ts';
export { type TestPubSub, type TestPubSubOptions, testPubSub } from './test-pubsub.ts';
export { until, type UntilOptions } from './until.ts';

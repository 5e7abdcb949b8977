import { afterEach, expect, it } from '@jest/globals';
import { statePaths } from '../paths.ts';
import { commonEnvironment, pubsubOf, type Surroundings } from './environment.ts';

const surroundings: Surroundings = {
  paths: statePaths('/state'),
  keys: { jwksFile: '/state/keys/jwks.json', issuer: 'https://kiban.local', audience: 'kiban' },
  ports: new Map([['content', { grpc: 1, ops: 2 }]]),
  gatewayPort: 8080,
  pubsub: '127.0.0.1:3',
  databaseUrl: (name) => `postgres://embedded/${name}`,
};
const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

it('takes what the caller has set, and an empty variable for none', () => {
  Object.assign(process.env, { DATABASE_URL_CONTENT: 'postgres://own/content', DATABASE_URL_SIMILARITY: '' });
  expect(commonEnvironment(surroundings)).toMatchObject({
    DATABASE_URL_CONTENT: 'postgres://own/content',
    DATABASE_URL_SIMILARITY: 'postgres://embedded/similarity',
    CONTENT_ADDRESS: '127.0.0.1:1',
  });
});

it('makes topics where the services look for them', () => {
  const { PUBSUB_PROJECT: _, PUBSUB_PREFIX: __, PUBSUB_EMULATOR_HOST: ___, ...rest } = before;
  process.env = { ...rest };
  expect(pubsubOf(commonEnvironment(surroundings))).toEqual({ project: 'kiban-local', emulatorHost: '127.0.0.1:3' });
  Object.assign(process.env, { PUBSUB_PROJECT: 'mine', PUBSUB_PREFIX: 'dev-' });
  expect(pubsubOf(commonEnvironment(surroundings))).toMatchObject({ project: 'mine', prefix: 'dev-' });
});

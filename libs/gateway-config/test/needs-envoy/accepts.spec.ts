import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { descriptorSet } from '@kiban/contracts';
import { envoyConfig, kibanPolicy } from '../../src/index.ts';

const envoy = process.env['ENVOY'] || 'envoy';

const tokens = {
  users: { jwks: 'https://id.example/keys', issuer: 'https://id.example', audience: 'kiban' },
  push: { jwks: 'https://www.googleapis.com/oauth2/v3/certs', issuer: 'https://accounts.google.com', audience: 'push' },
};

test('a real Envoy accepts the generated config, with every setting on', () => {
  const config = envoyConfig(descriptorSet(), kibanPolicy, {
    tokens,
    host: '127.0.0.1',
    local: { address: '127.0.0.1:9', prefixes: ['/docs'] },
    trustedHops: 1,
    compress: true,
    accessLog: true,
  });
  const folder = mkdtempSync(join(tmpdir(), 'envoy-config-'));
  const file = join(folder, 'envoy.json');
  writeFileSync(file, JSON.stringify(config));
  const { status, stderr } = spawnSync(envoy, ['--mode', 'validate', '-c', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
});

// Jest's globalSetup: one platform for all specs, in a state folder of its own, with the strict gateway.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startCollector } from './otlp-collector.mjs';
import stopPlatform from './stop-platform.mjs';

const TIMEOUT_MS = 240_000;

export default async function startPlatform() {
  const state = mkdtempSync(join(tmpdir(), 'kiban-e2e-'));
  chmodSync(state, 0o755); // PostgreSQL, which never runs as root, has to reach its data
  const port = await freePort();
  process.env.E2E_STATE_DIR = state;
  process.env.E2E_GATEWAY = `http://127.0.0.1:${port}`;
  const collector = await startCollector();
  process.env.E2E_COLLECTOR = collector.url;
  const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const env = { ...process.env, KIBAN_STATE_DIR: state, GATEWAY_MODE: 'strict', ...telemetry };
  const args = ['start', '--silent', '--', '--json', '--no-seed', '--port', String(port)];
  const platform = spawn('npm', args, {
    cwd: resolve('../..'),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  globalThis.kibanUnderTest = { platform, state, collector };
  try {
    await ready(platform);
  } catch (error) {
    await stopPlatform(); // Jest does not, after a setup that failed
    throw error;
  }
}

function ready(platform) {
  let text = '';
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`not ready after ${TIMEOUT_MS} ms:\n${text}`)), TIMEOUT_MS);
    const read = (chunk) => {
      text += chunk;
      if (!/^\{"event":"ready"/m.test(text)) return;
      clearTimeout(timer);
      done();
    };
    platform.stdout.on('data', read);
    platform.stderr.on('data', read);
    platform.once('exit', (code) => {
      clearTimeout(timer);
      fail(new Error(`npm start ended with ${code}:\n${text}`));
    });
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

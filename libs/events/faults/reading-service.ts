import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureDevelopmentKeys } from '@kiban/auth';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '@kiban/contracts/health/v1';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { createGrpcClient } from '@kiban/grpc';

const PROGRAM = join(import.meta.dirname, '../../../apps/content-similarity/dist/main.js');

/** A service process that consumes events, with somebody who reads from it and watches its health. */
export interface ReadingService {
  /** Health of the service `consumer`, as the process answers it. */
  readonly consumerServing: boolean;
  /** Reads that were answered, and those that were not. */
  readonly reads: number;
  readonly failures: number;
  stop(): Promise<void>;
}

/** Starts the compiled content-similarity service. @throws Error when the checkout is not built */
export async function startReadingService(databaseUrl: string, emulatorHost: string): Promise<ReadingService> {
  if (!existsSync(PROGRAM)) throw new Error('this plan runs a compiled service: run `npm run build` first');
  const folder = mkdtempSync(join(tmpdir(), 'kiban-service-'));
  const keys = await ensureDevelopmentKeys(folder);
  const child = fork(PROGRAM, [], {
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      METADATA_SERVER_DETECTION: 'none',
      DATABASE_URL_SIMILARITY: databaseUrl,
      MIGRATE_ON_START: '1',
      PUBSUB_EMULATOR_HOST: emulatorHost,
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      LOG_LEVEL: 'error',
      AUTH_JWKS_URL: keys.jwksFile,
      AUTH_ISSUER: keys.issuer,
      AUTH_AUDIENCE: keys.audience,
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: { event?: string; grpc?: string }) => {
      if (message.event === 'ready' && message.grpc !== undefined) resolve(message.grpc);
    });
    child.once('exit', (code) => reject(new Error(`content-similarity ended with ${code} before it was ready`)));
  });
  const reader = createGrpcClient(SimilarityService, address, { timeoutMs: 2_000 });
  const watcher = createGrpcClient(Health, address, { timeoutMs: 2_000 });
  const state = { consumerServing: false, reads: 0, failures: 0 };
  let stopped = false;
  const loop = async (everyMs: number, run: () => Promise<void>) => {
    while (!stopped) {
      await run();
      await delay(everyMs);
    }
  };
  const running = Promise.all([
    loop(50, async () => {
      try {
        await reader.searchArticles({ query: 'anything' });
        state.reads++;
      } catch {
        state.failures++;
      }
    }),
    loop(100, async () => {
      const answer = await watcher.check({ service: 'consumer' }).catch(() => undefined);
      state.consumerServing = answer?.status === Serving.SERVING;
    }),
  ]);
  return Object.assign(state, {
    async stop() {
      stopped = true;
      await running;
      reader.close();
      watcher.close();
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

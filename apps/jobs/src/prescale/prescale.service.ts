import { startConsumer } from '@kiban/pubsub';
import { milliseconds, type ServiceDefinition } from '@kiban/service';
import { Module } from '@nestjs/common';
import { Gauge } from 'prom-client';
import * as z from 'zod';
import { takeAnnouncement } from './announcements.ts';
import { fixedWindows, occurrences } from './fixed-windows.ts';
import { connectKubernetes } from './kubernetes-api.ts';
import { reconcile } from './reconcile.ts';
import { factorAt } from './window.ts';
import { WindowStore } from './window-store.ts';

const config = {
  /** The autoscalers to raise, by name; the Role names the same ones. */
  PRESCALE_TARGETS: z
    .string()
    .default('bff,content,content-similarity,recommendation')
    .transform((text) => text.split(',').filter(Boolean)),
  /** The ConfigMap that keeps announced windows. */
  PRESCALE_WINDOWS: z.string().default('prescale-windows'),
  /** How long before its readers a window opens. Autoscaler and new nodes take three to four minutes. */
  PRESCALE_LEAD_MS: milliseconds().default(300_000),
  /** How often autoscalers are compared with what they should be. */
  PRESCALE_EVERY_MS: milliseconds().default(5_000),
  PRESCALE_FIXED: fixedWindows,
  /** Base URL of the API server; the default is what Kubernetes tells every pod. */
  KUBERNETES_API: z.string().optional(),
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z.string().default('443'),
  KUBERNETES_ACCOUNT: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount'),
  PUBSUB_EMULATOR_HOST: z.string().optional(),
  PUBSUB_PROJECT: z.string().default('kiban-local'),
  PUBSUB_PREFIX: z.string().default(''),
};

/** Has no providers: the loop begins with the process and is told to stop by the runtime. */
@Module({})
class PrescaleModule {}

/** Raises minReplicas ahead of announced readers, holds it for the window and restores it. One replica is enough. */
export const prescale: ServiceDefinition<typeof config> = {
  name: 'prescale',
  config,
  services: [],
  async module(env, runtime) {
    const { logger } = runtime;
    const server = env.KUBERNETES_API ?? `https://${env.KUBERNETES_SERVICE_HOST}:${env.KUBERNETES_SERVICE_PORT}`;
    if (env.KUBERNETES_API === undefined && env.KUBERNETES_SERVICE_HOST === undefined) {
      throw new Error('prescale runs inside Kubernetes; elsewhere set KUBERNETES_API and KUBERNETES_ACCOUNT');
    }
    const api = await connectKubernetes({ server, account: env.KUBERNETES_ACCOUNT, fieldManager: 'kiban-prescale' });
    const store = new WindowStore(api, env.PRESCALE_WINDOWS);
    const gauge = new Gauge({
      name: 'prescale_factor',
      help: 'Multiple of the usual minReplicas that is held now',
      registers: [runtime.metrics],
    });

    const compare = async () => {
      const now = Date.now();
      const windows = [...(await store.list()), ...occurrences(env.PRESCALE_FIXED, now, env.PRESCALE_LEAD_MS)];
      const factor = factorAt(windows, now, env.PRESCALE_LEAD_MS);
      gauge.set(factor);
      const { changes, failures } = await reconcile(api, env.PRESCALE_TARGETS, factor);
      for (const change of changes) logger.info({ ...change, factor }, `minReplicas of ${change.name} changed`);
      if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
    };
    // One comparison at a time, and one more behind it however often it is asked for: an API server that is slow to answer
    // would else leave a queue behind, which messages and the drain have to wait for.
    let running = Promise.resolve();
    let waiting: Promise<void> | undefined;
    const tick = () => {
      waiting ??= running = running
        .then(() => {
          waiting = undefined;
          return compare();
        })
        .then(
          () => runtime.health.set('kubernetes', true),
          (error: unknown) => {
            runtime.health.set('kubernetes', false);
            logger.error({ err: error }, 'cannot compare autoscalers; tries again');
          },
        );
      return waiting;
    };
    const timer = setInterval(() => void tick(), env.PRESCALE_EVERY_MS);

    const consumer = await startConsumer({
      project: env.PUBSUB_PROJECT,
      prefix: env.PUBSUB_PREFIX,
      emulatorHost: env.PUBSUB_EMULATOR_HOST,
      subscription: 'prescale-push',
      async handle(message) {
        const { accepted, said } = await takeAnnouncement(message, store);
        if (accepted) logger.info(said);
        else logger.warn({ event: message.attributes['ce-id'] }, `refused an announcement: ${said}`);
        await tick();
      },
      onLive(live, reason) {
        runtime.health.set('pubsub', live);
        if (!live) logger.warn({ reason }, 'cannot receive announcements');
      },
      onFailure: (message, error) => logger.error({ err: error, key: message.orderingKey }, 'announcement failed'),
    });
    void tick();
    runtime.onDrain('prescale', async () => {
      clearInterval(timer);
      await consumer.drain();
      await running;
    });
    return PrescaleModule;
  },
};

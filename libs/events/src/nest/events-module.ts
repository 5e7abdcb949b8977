import {
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  Inject,
  Injectable,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import type { PubSubConnection } from '@kiban/pubsub';
import type { Registry } from 'prom-client';
import { type ConsumerMetrics, consumerMetrics } from '../consumer/consumer-metrics.ts';
import { Dispatcher } from '../consumer/dispatcher.ts';
import { EventConsumers } from '../consumer/event-consumers.ts';
import type { EventHandler, HandlerDatabase } from '../consumer/event-handler.ts';
import { maintainInbox } from '../inbox/partitions.ts';
import { type EventLog, silent } from '../log.ts';
import { PushReceiver, type PushReceiverOptions } from '../push/push-receiver.ts';
import type { Queryable } from '../queryable.ts';
import { discoverHandlers } from './discover-handlers.ts';

export interface EventsModuleOptions<Tx extends Queryable = Queryable> extends PubSubConnection {
  /** Holds the inbox; handlers run in its transactions. `Database` of @kiban/database. */
  readonly database: HandlerDatabase<Tx>;
  /** The service `consumer` in it turns red while a subscription cannot be received from. Readiness stays as it is. */
  readonly health?: { set(service: string, serving: boolean): void };
  /** Subscriptions delivered by HTTP POST instead of being pulled. Default none. */
  readonly push?: readonly string[];
  /** Who may push. Required when `push` names a subscription and pushes come over a network. */
  readonly pushAuth?: PushReceiverOptions['auth'];
  /** Pull at all; off in processes that only serve, such as a migration. Default true. */
  readonly consume?: boolean;
  /**
   * Begin once this resolves, such as `runtime.serving`: loading Google's client takes 200 ms, which a start need not wait for.
   * Default at once.
   */
  readonly after?: Promise<unknown>;
  /** Handlers at the same time per subscription. Default 8. */
  readonly concurrency?: number;
  /** Milliseconds between liveness probes. Default 5,000. */
  readonly probeMs?: number;
  /** Milliseconds that a shutdown waits for running handlers. Default 10,000. */
  readonly drainMs?: number;
  readonly metrics?: Registry;
  readonly log?: EventLog;
}

const OPTIONS = Symbol('EventsModuleOptions');
const MAINTAIN_EVERY_MS = 3_600_000;

/**
 * Finds the `@OnEvent` methods of all providers, receives their subscriptions and stops with the application. Also provides
 * `PushReceiver` for subscriptions that are pushed.
 */
export class EventsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #discovery: DiscoveryService;
  readonly #options: EventsModuleOptions;
  readonly #push: PushReceiver;
  #consumers: Promise<EventConsumers> | undefined;
  #stopped = false;
  #maintenance: NodeJS.Timeout | undefined;

  constructor(discovery: DiscoveryService, options: EventsModuleOptions, push: PushReceiver) {
    this.#discovery = discovery;
    this.#options = options;
    this.#push = push;
  }

  static forRoot<Tx extends Queryable>(options: EventsModuleOptions<Tx>): DynamicModule {
    return {
      module: EventsModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: PushReceiver, useFactory: () => new PushReceiver({ ...options, auth: options.pushAuth }) },
      ],
      exports: [PushReceiver],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    const options = this.#options;
    const log = options.log ?? silent;
    const handlers = discoverHandlers(this.#discovery);
    const metrics = consumerMetrics(options.metrics);
    const { database } = options;
    const dispatcher = new Dispatcher(database, handlers as EventHandler[], metrics);
    this.#push.serve(dispatcher);
    if (handlers.length === 0) return;
    const pushed = new Set(options.push);
    const pulled = options.consume === false ? [] : [...new Set(handlers.map(({ subscription }) => subscription))];
    const subscriptions = pulled.filter((name) => !pushed.has(name));
    if (subscriptions.length > 0) options.health?.set('consumer', false);
    const begin = async () => {
      if (this.#stopped) return;
      await this.#keepPartitions(log);
      if (subscriptions.length > 0 && !this.#stopped) await this.#consume(dispatcher, subscriptions, metrics, log);
    };
    if (options.after === undefined) await begin();
    // That it cannot begin is a defect, and the process that does not catch it ends.
    else void options.after.then(begin);
  }

  async #keepPartitions(log: EventLog): Promise<void> {
    const { database } = this.#options;
    await maintainInbox(database);
    this.#maintenance = setInterval(() => {
      maintainInbox(database).catch((error: unknown) =>
        log.error({ err: error }, 'inbox partitions could not be kept'),
      );
    }, MAINTAIN_EVERY_MS).unref();
  }

  async #consume(
    dispatcher: Dispatcher<Queryable>,
    subscriptions: readonly string[],
    metrics: ConsumerMetrics,
    log: EventLog,
  ): Promise<void> {
    const options = this.#options;
    this.#consumers = EventConsumers.start(dispatcher, {
      project: options.project,
      prefix: options.prefix,
      emulatorHost: options.emulatorHost,
      subscriptions,
      concurrency: options.concurrency,
      probeMs: options.probeMs,
      onLive: (live) => options.health?.set('consumer', live),
      metrics,
      log,
    });
    await this.#consumers;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#maintenance);
    const consumers = await this.#consumers;
    await consumers?.drain(this.#options.drainMs);
  }
}

// Decorators as calls: this file stays plain TypeScript that Node runs without a compiler.
Injectable()(EventsModule);
Inject(DiscoveryService)(EventsModule, undefined, 0);
Inject(OPTIONS)(EventsModule, undefined, 1);
Inject(PushReceiver)(EventsModule, undefined, 2);

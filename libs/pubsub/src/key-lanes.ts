/** One delivery of a message, to be settled exactly once. */
export interface Delivery {
  readonly messageId: string;
  readonly orderingKey: string;
  ack(): void;
  nack(): void;
}

export interface KeyLanesOptions<D extends Delivery> {
  /** Handles one delivery; a rejection nacks it and everything queued behind it. */
  readonly handle: (delivery: D) => Promise<void>;
  /** Handlers that run at the same time, over all keys. */
  readonly concurrency: number;
  /**
   * Milliseconds after a failure during which later messages of its key are refused: they were under way when the nack
   * left, and taking one would overtake the failed message. Default 5,000.
   */
  readonly guardMs?: number;
  readonly onFailure?: (delivery: D, error: unknown) => void;
}

interface Lane<D> {
  readonly queue: D[];
}

/**
 * Runs the handlers of one ordering key one after another and those of different keys side by side. The Google client
 * emits messages without waiting for asynchronous handlers, so its order ends at the first `await`; ours does not.
 */
export class KeyLanes<D extends Delivery> {
  readonly #options: KeyLanesOptions<D>;
  readonly #lanes = new Map<string, Lane<D>>();
  readonly #ready: string[] = [];
  readonly #guards = new Map<string, { readonly failed: string; readonly until: number }>();
  #running = 0;
  #unordered = 0;
  #draining = false;
  #idle: (() => void)[] = [];

  constructor(options: KeyLanesOptions<D>) {
    this.#options = options;
  }

  /** Deliveries that wait or run. */
  get size(): number {
    let queued = 0;
    for (const lane of this.#lanes.values()) queued += lane.queue.length;
    return queued + this.#running;
  }

  push(delivery: D): void {
    if (this.#draining || this.#overtakes(delivery)) {
      delivery.nack();
      return;
    }
    // Without a key nothing must wait for anything: each message is its own lane.
    const name = delivery.orderingKey === '' ? `\0${this.#unordered++}` : delivery.orderingKey;
    const lane = this.#lanes.get(name);
    if (lane === undefined) {
      this.#lanes.set(name, { queue: [delivery] });
      this.#ready.push(name);
    } else {
      lane.queue.push(delivery);
    }
    this.#start();
  }

  /** Takes nothing new, nacks what has not started and waits for the running handlers. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const lane of this.#lanes.values()) {
      for (const waiting of lane.queue.splice(0)) waiting.nack();
    }
    while (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #overtakes(delivery: D): boolean {
    const guard = this.#guards.get(delivery.orderingKey);
    if (guard === undefined) return false;
    if (guard.failed === delivery.messageId || guard.until < Date.now()) {
      this.#guards.delete(delivery.orderingKey);
      return false;
    }
    return true;
  }

  #start(): void {
    while (this.#running < this.#options.concurrency) {
      const name = this.#ready.shift();
      if (name === undefined) return;
      const lane = this.#lanes.get(name);
      const delivery = lane?.queue.shift();
      if (lane === undefined || delivery === undefined) {
        this.#lanes.delete(name);
        continue;
      }
      this.#running++;
      void this.#run(name, lane, delivery);
    }
  }

  async #run(name: string, lane: Lane<D>, delivery: D): Promise<void> {
    try {
      await this.#options.handle(delivery);
      delivery.ack();
    } catch (error) {
      this.#fail(lane, delivery);
      this.#options.onFailure?.(delivery, error);
    } finally {
      this.#running--;
      if (lane.queue.length > 0) this.#ready.push(name);
      else this.#lanes.delete(name);
      for (const resolve of this.#idle.splice(0)) resolve();
      this.#start();
    }
  }

  #fail(lane: Lane<D>, delivery: D): void {
    const { orderingKey, messageId } = delivery;
    if (orderingKey !== '') {
      const until = Date.now() + (this.#options.guardMs ?? 5_000);
      this.#guards.set(orderingKey, { failed: messageId, until });
      if (this.#guards.size > 10_000) this.#forgetOldGuards();
    }
    delivery.nack();
    for (const behind of lane.queue.splice(0)) behind.nack();
  }

  #forgetOldGuards(): void {
    const now = Date.now();
    for (const [key, guard] of this.#guards) if (guard.until < now) this.#guards.delete(key);
  }
}

import type { Database } from './create-database.ts';

export interface ChangeChannelOptions {
  readonly database: Pick<Database<never>, 'pool'>;
  /** Name of the NOTIFY channel: a-z, 0-9 and _. */
  readonly name: string;
  /** Called for what any replica announces, this one included. */
  readonly onWake: () => void;
  /** Called when listening failed or ended; call listen() again then. Default: ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const NOTIFY_EVERY_MS = 5;

/**
 * Tells other replicas by NOTIFY that something was committed, and hears it from them. A word may be lost with a
 * connection: who listens looks now and then as well.
 */
export class ChangeChannel {
  readonly #options: ChangeChannelOptions;
  #release: (() => void) | undefined;
  #trying: Promise<void> | undefined;
  #notifying: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ChangeChannelOptions) {
    if (!/^[a-z][a-z0-9_]*$/.test(options.name)) throw new TypeError(`"${options.name}" cannot name a channel.`);
    this.#options = options;
  }

  /** Starts to listen on a connection of its own, unless it does already. Never rejects. */
  async listen(): Promise<void> {
    if (this.#release || this.#closed) return;
    this.#trying ??= this.#listen().finally(() => {
      this.#trying = undefined;
    });
    await this.#trying;
  }

  /** After a commit: wakes everybody who listens, bursts together: NOTIFY takes a lock of the whole server. */
  announce(): void {
    this.#notifying ??= setTimeout(() => {
      this.#notifying = undefined;
      this.#options.database.pool.query(`NOTIFY ${this.#options.name}`).catch(() => undefined); // they look by themselves
    }, NOTIFY_EVERY_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#notifying);
    this.#release?.();
  }

  async #listen(): Promise<void> {
    const { database, name, onWake, onError } = this.#options;
    try {
      const client = await database.pool.connect();
      let held = true;
      const release = (): void => {
        if (!held) return;
        held = false;
        this.#release = undefined;
        client.off('error', lost).off('notification', onWake);
        client.release(true);
      };
      const lost = (error: unknown): void => {
        release();
        onError?.(error);
      };
      client.on('error', lost).on('notification', onWake);
      this.#release = release;
      try {
        await client.query(`LISTEN ${name}`);
      } catch (error) {
        if (held) lost(error);
      }
      if (this.#closed) release();
    } catch (error) {
      onError?.(error);
    }
  }
}

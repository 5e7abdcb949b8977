import pg from 'pg';

export interface ReconnectingClientOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Runs on every new connection before it is used. */
  readonly onConnect?: ((client: pg.Client) => Promise<void>) | undefined;
}

/** One connection that is opened when needed and replaced after an error. */
export class ReconnectingClient {
  readonly #options: ReconnectingClientOptions;
  #client: Promise<pg.Client> | undefined;

  constructor(options: ReconnectingClientOptions) {
    this.#options = options;
  }

  get(): Promise<pg.Client> {
    if (this.#client === undefined) {
      const opening: Promise<pg.Client> = this.#connect(() => void this.discard(opening));
      this.#client = opening;
    }
    return this.#client;
  }

  /** Forgets the connection; whatever transaction it was in ends with it. */
  async discard(dropped = this.#client): Promise<void> {
    if (dropped === this.#client) this.#client = undefined;
    const client = await dropped?.catch(() => undefined);
    client?.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #connect(onBreak: () => void): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: this.#options.applicationName,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    // A broken connection also fails the query that uses it; this listener only keeps the process alive.
    client.on('error', onBreak);
    try {
      await client.connect();
      await this.#options.onConnect?.(client);
      return client;
    } catch (error) {
      // Nobody gets this one; left open, each try would take a connection from the server for good.
      client.end().catch(() => undefined);
      throw error;
    }
  }
}

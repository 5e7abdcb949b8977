import type { KubernetesApi } from './kubernetes-api.ts';
import type { Window } from './window.ts';

/** A window as announced; `announced` tells an old delivery from a new one. */
interface Stored extends Window {
  /** When the event was published, in ms since 1970. */
  readonly announced: number;
  readonly cancelled?: boolean;
}

const DAY_MS = 86_400_000;
/** How long a window is remembered after its end. */
const REMEMBER_MS = DAY_MS;
/**
 * How long a cancellation is, whose window may lie far ahead: for so long Pub/Sub may deliver the announcement again.
 * https://cloud.google.com/pubsub/docs/subscription-properties#message_retention_duration
 */
const REMEMBER_CANCELLED_MS = 31 * DAY_MS;

/**
 * The announced windows, kept in a ConfigMap: they survive the pod without a database. One process writes. The data is
 * owned as a whole by the pre-scaler's field manager.
 */
export class WindowStore {
  readonly #api: KubernetesApi;
  readonly #path: string;
  readonly #name: string;
  #windows: Promise<Map<string, Stored>> | undefined;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(api: KubernetesApi, name: string) {
    this.#api = api;
    this.#name = name;
    this.#path = `/api/v1/namespaces/${api.namespace}/configmaps/${name}`;
  }

  /** Windows that were not cancelled. */
  async list(): Promise<Window[]> {
    return [...(await this.#load()).values()].filter(({ cancelled }) => cancelled !== true);
  }

  /** Remembers a window in place of an earlier announcement; resolves when it is stored. */
  put(window: Window, announced: number): Promise<void> {
    return this.#write({ ...window, announced });
  }

  /** Forgets a window; later deliveries of earlier announcements do not bring it back. */
  cancel(id: string, announced: number): Promise<void> {
    const to = announced + REMEMBER_CANCELLED_MS;
    return this.#write({ id, from: announced, to, factor: 1, announced, cancelled: true });
  }

  #write(entry: Stored): Promise<void> {
    const written = this.#writes.then(async () => {
      const windows = new Map(await this.#load());
      const before = windows.get(entry.id);
      if (before !== undefined && before.announced >= entry.announced) return;
      windows.set(entry.id, entry);
      for (const [id, { to }] of windows) if (to < Date.now() - REMEMBER_MS) windows.delete(id);
      await this.#api.apply(this.#path, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: this.#name },
        data: { windows: JSON.stringify([...windows.values()]) },
      });
      this.#windows = Promise.resolve(windows);
    });
    this.#writes = written.catch(() => undefined);
    return written;
  }

  #load(): Promise<Map<string, Stored>> {
    this.#windows ??= this.#read().catch((error: unknown) => {
      this.#windows = undefined;
      throw error;
    });
    return this.#windows;
  }

  async #read(): Promise<Map<string, Stored>> {
    const { data } = (await this.#api.get(this.#path)) as { data?: Record<string, string> };
    const windows = JSON.parse(data?.['windows'] ?? '[]') as Stored[];
    return new Map(windows.map((window) => [window.id, window]));
  }
}

import type { Database } from '@kiban/database';
import type { ContentSchema } from '../database/schema.ts';

const CHANNEL = 'article_change';
const RECONNECT_MS = 2_000;
const NOTIFY_EVERY_MS = 5;

/**
 * Wakes watchers when articles change: at once for writes of this process, by NOTIFY for those of other replicas.
 * A wake-up may be lost (the listening connection can break), so watchers look by themselves now and then as well.
 */
export class ChangeFeed {
  private readonly waiting = new Set<() => void>();
  private notifying: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  private release: (() => void) | undefined;
  private closed = false;
  private readonly db: Database<ContentSchema>;

  constructor(db: Database<ContentSchema>) {
    this.db = db;
  }

  /** Starts to listen for other replicas. Goes on trying when the database is away. */
  async listen(): Promise<void> {
    if (this.closed) return;
    try {
      const client = await this.db.pool.connect();
      const lost = () => {
        this.release = undefined;
        client.release(true);
        this.listenLater();
      };
      client.once('error', lost);
      client.on('notification', () => this.wake());
      this.release = () => {
        client.off('error', lost);
        client.release(true);
      };
      await client.query(`listen ${CHANNEL}`);
      if (this.closed) this.close();
    } catch {
      this.listenLater();
    }
  }

  /** Tells every watcher, here and elsewhere, that a change was committed. Call it after the commit. */
  announce(): void {
    this.wake();
    // One NOTIFY for a burst: it takes a lock of the whole server and would slow writers down.
    this.notifying ??= setTimeout(() => {
      this.notifying = undefined;
      this.db.pool.query(`notify ${CHANNEL}`).catch(() => undefined); // others look by themselves
    }, NOTIFY_EVERY_MS).unref();
  }

  /** Resolves at the next change (true), or after `ms` or when `signal` aborts (false). */
  changed(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (changed: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(woken);
        signal.removeEventListener('abort', gone);
        resolve(changed);
      };
      const woken = () => end(true);
      const gone = () => end(false);
      const timer = setTimeout(gone, ms);
      this.waiting.add(woken);
      signal.addEventListener('abort', gone);
      if (signal.aborted || this.closed) gone();
    });
  }

  /** Stops listening and wakes everybody. */
  close(): void {
    this.closed = true;
    clearTimeout(this.notifying);
    clearTimeout(this.retry);
    this.release?.();
    this.release = undefined;
    this.wake();
  }

  private wake(): void {
    for (const woken of this.waiting) woken();
  }

  private listenLater(): void {
    if (!this.closed) this.retry = setTimeout(() => void this.listen(), RECONNECT_MS).unref();
  }
}

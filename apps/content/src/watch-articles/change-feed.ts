import { ChangeChannel, type Database } from '@kiban/database';
import type { ContentSchema } from '../database/schema.ts';

const RECONNECT_MS = 2_000;

/**
 * Wakes watchers when articles change: at once for writes of this process, by NOTIFY for those of other replicas.
 * A wake-up may be lost (the listening connection can break), so watchers look by themselves now and then as well.
 */
export class ChangeFeed {
  private readonly waiting = new Set<() => void>();
  private readonly channel: ChangeChannel;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(database: Database<ContentSchema>) {
    this.channel = new ChangeChannel({ database, name: 'article_change', onWake: () => this.wake() });
  }

  /** Starts to listen for other replicas. Goes on trying when the database is away. */
  async listen(): Promise<void> {
    this.retry ??= setInterval(() => void this.channel.listen(), RECONNECT_MS).unref();
    await this.channel.listen();
  }

  /** Tells every watcher, here and elsewhere, that a change was committed. Call it after the commit. */
  announce(): void {
    this.wake();
    this.channel.announce();
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
    clearInterval(this.retry);
    this.channel.close();
    this.wake();
  }

  private wake(): void {
    for (const woken of this.waiting) woken();
  }
}

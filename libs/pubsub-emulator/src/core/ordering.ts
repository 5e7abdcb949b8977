import type { Consumer } from './consumer.ts';
import { Deque } from './deque.ts';
import type { Entry } from './entry.ts';

/** The backlog of one ordering key, in order: `leased` were delivered to `holder`, `pending` come after them. */
export class KeyQueue {
  readonly key: string;
  readonly pending = new Deque<Entry>();
  leased: Entry[] = [];
  holder: Consumer | undefined = undefined;
  /** It stands in a list of ready keys. */
  queued = false;

  constructor(key: string) {
    this.key = key;
  }

  isEmpty(): boolean {
    return this.pending.size === 0 && this.leased.length === 0;
  }

  /** The next entry, if it may be delivered now. */
  next(): Entry | undefined {
    for (let head = this.pending.peek(); head; head = this.pending.peek()) {
      if (head.state === 'ready') return head;
      if (head.state !== 'gone') return undefined;
      this.pending.shift();
    }
    return undefined;
  }

  /** Whom the next entry may go to: anybody, the holder of the outstanding ones, or nobody yet. */
  openTo(): 'anybody' | Consumer | 'nobody' {
    if (this.leased.length === 0) return 'anybody';
    return this.holder && this.holder.sticky && !this.holder.closed ? this.holder : 'nobody';
  }
}

import type { Consumer } from './consumer.ts';
import type { Timed } from './deadlines.ts';
import type { StoredMessage } from './message.ts';
import type { KeyQueue } from './ordering.ts';

/** Messages published together become visible together: `visibleAt` is Infinity until their publish is committed. */
export interface Visibility {
  visibleAt: number;
}

export const VISIBLE: Visibility = { visibleAt: 0 };

/** fresh: not yet visible or not yet looked at; ready: may be delivered; gone: acknowledged, dropped or expired. */
export type EntryState = 'fresh' | 'ready' | 'leased' | 'backoff' | 'gone';

/** What an entry tells when its lease or its backoff ends. */
export interface EntryOwner {
  entryDue(entry: Entry, now: number): void;
}

/** One message of one subscription's backlog. */
export class Entry implements Timed {
  readonly message: StoredMessage;
  readonly visibility: Visibility;
  readonly owner: EntryOwner;
  state: EntryState = 'fresh';
  bucket = 0;
  /** How often it was delivered. */
  attempt = 0;
  /** The lease that may be acknowledged; 0 when none. Never used again once it ended. */
  lease = 0;
  consumer: Consumer | undefined = undefined;
  key: KeyQueue | undefined = undefined;
  /** Acknowledged before an earlier message of its ordering key: kept until that one is settled. */
  ackedEarly = false;

  constructor(message: StoredMessage, visibility: Visibility, owner: EntryOwner) {
    this.message = message;
    this.visibility = visibility;
    this.owner = owner;
  }

  due(now: number): void {
    this.owner.entryDue(this, now);
  }
}

import type { Consumer } from './consumer.ts';
import type { Deadlines } from './deadlines.ts';
import { Deque } from './deque.ts';
import { Entry, type EntryOwner, type Visibility } from './entry.ts';
import { type StoredMessage, sizeOf } from './message.ts';
import { KeyQueue } from './ordering.ts';

/** What the backlog needs to know of its subscription, which may change while it holds messages. */
export interface BacklogPolicy {
  readonly ordered: boolean;
  readonly exactlyOnce: boolean;
  /** Wait before the next delivery (ms) after `attempt` failed ones; 0 for at once. */
  backoff(attempt: number): number;
  /** True when the message was taken over (dead letter): it leaves the backlog. */
  giveUp(entry: Entry, now: number): boolean;
  /** The message left the backlog as acknowledged. */
  acked(message: StoredMessage): void;
  /** Something may be deliverable. */
  wake(): void;
}

/** The unacknowledged messages of one subscription: what is ready, what is leased to whom, what waits. */
export class Backlog implements EntryOwner {
  /** By seq, in order of seq. */
  readonly entries = new Map<number, Entry>();
  readonly leases = new Map<number, Entry>();
  bytes = 0;
  readonly #fresh = new Deque<Entry>();
  readonly #ready = new Deque<Entry>();
  readonly #readyKeys = new Deque<KeyQueue>();
  readonly #keys = new Map<string, KeyQueue>();
  readonly #policy: BacklogPolicy;
  readonly #deadlines: Deadlines;
  #lastLease = 0;

  constructor(policy: BacklogPolicy, deadlines: Deadlines) {
    this.#policy = policy;
    this.#deadlines = deadlines;
  }

  /** Entries in the queues, those that are gone included: what must not grow when nobody consumes. */
  get queued(): number {
    let pending = 0;
    for (const key of this.#keys.values()) pending += key.pending.size;
    return this.#fresh.size + this.#ready.size + pending;
  }

  add(message: StoredMessage, visibility: Visibility): Entry {
    const entry = new Entry(message, visibility, this);
    this.entries.set(message.seq, entry);
    this.bytes += sizeOf(message);
    this.#fresh.push(entry);
    return entry;
  }

  /** Leases up to `limit` messages to a consumer, within its flow control. */
  take(consumer: Consumer, now: number, limit: number, limitBytes = Infinity): Entry[] {
    this.#admit(now);
    const taken: Entry[] = [];
    let bytes = 0;
    while (taken.length < limit && bytes < limitBytes && consumer.hasRoom()) {
      const entry = this.#next(consumer);
      if (!entry) break;
      this.#lease(entry, consumer, now);
      bytes += sizeOf(entry.message);
      taken.push(entry);
    }
    return taken;
  }

  /** 'unordered': an earlier message of the key is still outstanding and delivery is exactly-once. */
  ack(entry: Entry): 'acked' | 'unordered' {
    const key = entry.key;
    if (!key || key.leased[0] === entry) {
      this.#settle(entry);
      if (key) this.#advanceKey(key);
      return 'acked';
    }
    if (this.#policy.exactlyOnce) return 'unordered';
    this.#endLease(entry);
    entry.ackedEarly = true;
    return 'acked';
  }

  /** Moves the end of the lease. 0 ends it now: the message is redelivered. */
  extend(entry: Entry, deadline: number, now: number): void {
    if (deadline <= now) this.fail(entry, now);
    else this.#deadlines.set(entry, deadline);
  }

  /** The delivery failed: nacked or expired. All later ones of its ordering key fail with it. */
  fail(entry: Entry, now: number): void {
    const key = entry.key;
    this.#endLease(entry);
    if (key) {
      const from = key.leased.indexOf(entry);
      const later = key.leased.splice(from);
      for (let i = later.length - 1; i > 0; i--) {
        const other = later[i] as Entry;
        this.#endLease(other);
        other.ackedEarly = false;
        other.state = 'ready';
        // An attempt is counted for a message's own nacks and expiries, and not for those of earlier ones.
        other.attempt--;
        key.pending.unshift(other);
      }
    }
    if (this.#policy.giveUp(entry, now)) {
      this.remove(entry);
    } else {
      key?.pending.unshift(entry);
      const wait = this.#policy.backoff(entry.attempt);
      entry.state = wait > 0 ? 'backoff' : 'ready';
      if (wait > 0) this.#deadlines.set(entry, now + wait);
      else if (!key) this.#ready.push(entry);
    }
    if (key) this.#queueKey(key);
    this.#policy.wake();
  }

  entryDue(entry: Entry, now: number): void {
    if (entry.state === 'leased') this.fail(entry, now);
    else if (entry.state === 'backoff') {
      entry.state = 'ready';
      if (entry.key) this.#queueKey(entry.key);
      else this.#ready.push(entry);
      this.#policy.wake();
    }
  }

  /** Takes an entry out, whatever its state, without counting it as acknowledged. */
  remove(entry: Entry): void {
    if (entry.state === 'gone') return;
    this.#endLease(entry);
    this.#deadlines.clear(entry);
    entry.state = 'gone';
    this.entries.delete(entry.message.seq);
    this.bytes -= sizeOf(entry.message);
    trim(this.#fresh);
    trim(this.#ready);
    const key = entry.key;
    if (!key) return;
    const at = key.leased.indexOf(entry);
    if (at === 0) this.#advanceKey(key);
    else {
      if (at > 0) key.leased.splice(at, 1);
      this.#queueKey(key);
    }
  }

  /** Replaces everything by these messages, in order of seq, all of them undelivered. */
  reset(messages: Iterable<StoredMessage>, visibility: Visibility): void {
    for (const entry of this.entries.values()) {
      this.#endLease(entry);
      this.#deadlines.clear(entry);
      entry.state = 'gone';
    }
    this.entries.clear();
    this.#fresh.clear();
    this.#ready.clear();
    this.#readyKeys.clear();
    this.#keys.clear();
    this.bytes = 0;
    for (const message of messages) this.add(message, visibility);
    this.#policy.wake();
  }

  /** A consumer went away: what it holds stays leased until its deadlines. */
  release(consumer: Consumer): void {
    consumer.closed = true;
    const keys = [...consumer.readyKeys];
    consumer.readyKeys.clear();
    for (const key of keys) {
      key.queued = false;
      this.#queueKey(key);
    }
    this.#policy.wake();
  }

  #admit(now: number): void {
    for (let head = this.#fresh.peek(); head; head = this.#fresh.peek()) {
      if (head.state === 'fresh' && head.visibility.visibleAt > now) return;
      this.#fresh.shift();
      if (head.state !== 'fresh') continue;
      head.state = 'ready';
      const name = head.message.orderingKey;
      if (!this.#policy.ordered || name === '') {
        this.#ready.push(head);
        continue;
      }
      let key = this.#keys.get(name);
      if (!key) {
        key = new KeyQueue(name);
        this.#keys.set(name, key);
      }
      head.key = key;
      key.pending.push(head);
      this.#queueKey(key);
    }
  }

  #next(consumer: Consumer): Entry | undefined {
    const key = this.#nextKey(consumer.readyKeys) ?? this.#nextKey(this.#readyKeys);
    if (key) {
      const entry = key.pending.shift() as Entry;
      key.leased.push(entry);
      key.holder = consumer;
      this.#queueKey(key);
      return entry;
    }
    for (let entry = this.#ready.shift(); entry; entry = this.#ready.shift()) if (entry.state === 'ready') return entry;
    return undefined;
  }

  #nextKey(list: Deque<KeyQueue>): KeyQueue | undefined {
    for (let key = list.shift(); key; key = list.shift()) {
      key.queued = false;
      if (key.next()) return key;
    }
    return undefined;
  }

  /** Puts a key where a consumer that may continue it will find it. */
  #queueKey(key: KeyQueue): void {
    if (key.isEmpty() && this.#keys.get(key.key) === key) this.#keys.delete(key.key);
    // next() first: it drops what is gone, also of a key that stands in a list already.
    if (!key.next() || key.queued) return;
    const open = key.openTo();
    if (open === 'nobody') return;
    key.queued = true;
    if (open === 'anybody') this.#readyKeys.push(key);
    else open.readyKeys.unshift(key);
  }

  #lease(entry: Entry, consumer: Consumer, now: number): void {
    entry.state = 'leased';
    entry.attempt++;
    entry.lease = ++this.#lastLease;
    entry.consumer = consumer;
    this.leases.set(entry.lease, entry);
    consumer.messages++;
    consumer.bytes += sizeOf(entry.message);
    this.#deadlines.set(entry, now + consumer.ackDeadlineMs);
  }

  #endLease(entry: Entry): void {
    if (entry.lease === 0) return;
    this.leases.delete(entry.lease);
    this.#deadlines.clear(entry);
    entry.lease = 0;
    const consumer = entry.consumer as Consumer;
    const wasFull = !consumer.hasRoom();
    entry.consumer = undefined;
    consumer.messages--;
    consumer.bytes -= sizeOf(entry.message);
    if (wasFull && !consumer.closed) this.#policy.wake();
  }

  #settle(entry: Entry): void {
    this.#endLease(entry);
    entry.state = 'gone';
    this.entries.delete(entry.message.seq);
    this.bytes -= sizeOf(entry.message);
    this.#policy.acked(entry.message);
  }

  /** The first outstanding message of a key was settled: so are those acknowledged early right behind it. */
  #advanceKey(key: KeyQueue): void {
    key.leased.shift();
    for (let head = key.leased[0]; head?.ackedEarly; head = key.leased[0]) {
      this.#settle(head);
      key.leased.shift();
    }
    if (key.leased.length === 0) key.holder = undefined;
    this.#queueKey(key);
    if (key.queued) this.#policy.wake();
  }
}

/** Drops what left the backlog from the front of a queue. */
function trim(queue: Deque<Entry>): void {
  while (queue.peek()?.state === 'gone') queue.shift();
}

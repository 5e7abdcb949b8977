import { Deque } from './deque.ts';
import type { KeyQueue } from './ordering.ts';

/** What takes messages: one stream, one pull call or one push endpoint. Flow control holds per consumer. */
export class Consumer {
  /** How long what it takes from now on is leased. */
  ackDeadlineMs: number;
  /** Infinity when there is no limit. */
  maxMessages: number;
  readonly maxBytes: number;
  /** It gets the next messages of a key while earlier ones are unacknowledged. A push endpoint does not. */
  readonly sticky: boolean;
  messages = 0;
  bytes = 0;
  closed = false;
  /** Keys whose outstanding messages are all here, with more to deliver. */
  readonly readyKeys = new Deque<KeyQueue>();

  constructor(options: { ackDeadlineMs: number; maxMessages?: number; maxBytes?: number; sticky?: boolean }) {
    this.ackDeadlineMs = options.ackDeadlineMs;
    this.maxMessages = options.maxMessages || Infinity;
    this.maxBytes = options.maxBytes || Infinity;
    this.sticky = options.sticky ?? true;
  }

  hasRoom(): boolean {
    return this.messages < this.maxMessages && this.bytes < this.maxBytes;
  }
}

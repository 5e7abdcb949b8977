const LEAVE_AFTER = 100;
const SENT_AT_MOST = 150;
const BACK_PER_SECOND = 5;

/**
 * How many calls may be cancelled over one connection. Backends take many resets in a short time for an attack and close
 * the connection, and with it everybody else's calls: Node's nghttp2 after 1,000 and 33 a second, Netty after 200 in 30
 * seconds. A user who closes a page with many requests must not do that to the others.
 */
export class CancelBudget {
  private spent = 0;
  private last = performance.now();

  /**
   * Asks for one. `send`: reset the stream. `leave`: reset it, and begin no further call on this connection. `keep`: say
   * nothing, and let the call run out unheard.
   */
  spend(): 'send' | 'leave' | 'keep' {
    const now = performance.now();
    this.spent = Math.max(0, this.spent - ((now - this.last) / 1000) * BACK_PER_SECOND);
    this.last = now;
    if (this.spent > SENT_AT_MOST - 1) return 'keep';
    this.spent++;
    return this.spent > LEAVE_AFTER ? 'leave' : 'send';
  }
}

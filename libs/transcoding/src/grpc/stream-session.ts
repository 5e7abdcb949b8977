import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';
import { CancelBudget } from './cancel-budget.ts';

/** https://www.rfc-editor.org/rfc/rfc9113#section-7 */
const CANCEL = 8;

/** A connection of node:http2, for what is no small call. */
export class StreamSession {
  private readonly session: ClientHttp2Session;
  private readonly budget = new CancelBudget();
  private readonly onGone: () => void;
  /** Streams that have not ended, and those among them that nobody listens to any more. */
  private open = 0;
  private readonly unheard = new Set<ClientHttp2Stream>();

  /** `onGone` hears, perhaps more than once, that new streams need another connection. */
  constructor(address: string, onGone: () => void) {
    this.onGone = onGone;
    const session = connect(`http://${address}`, {
      settings: { enablePush: false, initialWindowSize: 1 << 20 },
      maxSessionMemory: 64,
    });
    session.on('error', onGone);
    session.on('close', onGone);
    // Calls that run go on; new ones take a new connection.
    session.on('goaway', onGone);
    session.once('connect', () => {
      session.setLocalWindowSize(1 << 22);
      session.unref();
    });
    this.session = session;
  }

  get usable(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  request(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    const stream = this.session.request(headers, { endStream });
    this.open++;
    stream.once('close', () => {
      this.open--;
      this.unheard.delete(stream);
      this.endUnheard();
    });
    return stream;
  }

  /** Tells the backend that nobody waits for this stream any more. */
  cancel(stream: ClientHttp2Stream): void {
    if (stream.closed || stream.destroyed) return;
    const allowed = this.budget.spend();
    if (allowed !== 'send') this.close();
    if (allowed !== 'keep') stream.close(CANCEL);
    else {
      this.unheard.add(stream);
      stream.removeAllListeners('data');
      stream.resume();
      this.endUnheard();
    }
  }

  /** Ends when the running streams have ended. */
  close(): void {
    this.onGone();
    if (this.usable) this.session.close();
  }

  /** The end of the connection cancels all that is left on it. */
  private endUnheard(): void {
    if (this.unheard.size > 0 && this.unheard.size === this.open) this.session.destroy();
  }
}

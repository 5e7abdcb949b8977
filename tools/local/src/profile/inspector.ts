import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../start-error.ts';

const OPEN_WITHIN_MS = 10_000;
const CLOSE_WITHIN_MS = 10_000;
const LISTENING = /Debugger listening on (ws:\/\/127\.0\.0\.1:\d+\/[\w-]+)/g;

/**
 * Opens the inspector of a Node process by SIGUSR1 and answers its address, which Node writes to the process's log. It
 * listens on 127.0.0.1 only, from now until `endInspector`: nothing listens before somebody with the right to signal the
 * process asks.
 */
export async function openInspector(pid: number, logFile: string): Promise<string> {
  const before = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  process.kill(pid, 'SIGUSR1');
  const giveUpAt = performance.now() + OPEN_WITHIN_MS;
  while (performance.now() < giveUpAt) {
    const found = [...readFileSync(logFile).subarray(before).toString('utf8').matchAll(LISTENING)].at(-1)?.[1];
    if (found) return found;
    await delay(50);
  }
  throw new StartError(
    `process ${pid} did not open its inspector within ${OPEN_WITHIN_MS / 1000} s: is another debugger attached to it?`,
  );
}

/** One session of the Chrome DevTools protocol. */
export class InspectorSession {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#onMessage(String(data)));
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(processEnded());
    });
  }

  /** `address` is what openInspector answered, or `host:port` of an inspector. */
  static async connect(address: string): Promise<InspectorSession> {
    const url = address.startsWith('ws:') ? address : await addressOf(address);
    const socket = new WebSocket(url);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve(), { once: true });
      socket.addEventListener('error', () => reject(new StartError(`no inspector answers at ${url}`)), { once: true });
    });
    return new InspectorSession(socket);
  }

  async send(method: string, params: object = {}): Promise<unknown> {
    // A closed socket takes what is sent to it without a word.
    if (this.#socket.readyState !== WebSocket.OPEN) throw processEnded();
    const id = ++this.#id;
    const reply = Promise.withResolvers<unknown>();
    this.#waiting.set(id, reply);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return await reply.promise;
  }

  /**
   * Ends the session, and with it the inspector that was opened for it, which closes the connection: a close that comes from
   * here as well ended one process in 250 by SIGSEGV (Node 26.10, OnCloseFrameWritten of its inspector).
   */
  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.addEventListener('close', resolve, { once: true }));
    // A moment later: it cannot close while it is answering.
    const expression = "setTimeout(() => process.getBuiltinModule('node:inspector').close(), 20).unref(); process.pid";
    await this.send('Runtime.evaluate', { expression });
    const late = setTimeout(() => this.#socket.close(), CLOSE_WITHIN_MS); // a Node without getBuiltinModule
    await closed;
    clearTimeout(late);
  }

  #onMessage(text: string): void {
    const { id, result, error } = JSON.parse(text) as { id?: number; result?: unknown; error?: { message: string } };
    const reply = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !reply) return;
    this.#waiting.delete(id);
    if (error) reply.reject(new StartError(`the inspector refused: ${error.message}`));
    else reply.resolve(result);
  }
}

function processEnded(): StartError {
  return new StartError('the process ended while it was profiled');
}

async function addressOf(hostAndPort: string): Promise<string> {
  const response = await fetch(`http://${hostAndPort}/json/list`).catch(() => undefined);
  if (!response) throw new StartError(`no inspector answers at ${hostAndPort}: send the process SIGUSR1 first`);
  const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new StartError(`the inspector at ${hostAndPort} has nothing to show`);
  return target.webSocketDebuggerUrl;
}

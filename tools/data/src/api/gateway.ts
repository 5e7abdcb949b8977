import { setTimeout as delay } from 'node:timers/promises';

/** What the gateway answered when it was not 2xx, or why it could not be asked. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface GatewayOptions {
  /** Default http://127.0.0.1:8080 */
  readonly url: string;
  /** Bearer token; none when absent. */
  readonly token?: string;
  /** How long a call is tried again on 429, 502, 503, 504 and refused connections, milliseconds. Default 60,000. */
  readonly patienceMs?: number;
  /** First pause between two tries, milliseconds; doubles up to 5 s. Default 200. */
  readonly firstPauseMs?: number;
}

const AGAIN = new Set([0, 429, 502, 503, 504]);
const ANSWER_MS = 30_000;

/** Calls the REST API; answers the parsed JSON. Throws GatewayError. */
export class Gateway {
  readonly #options: GatewayOptions;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** One call, repeated with growing pauses while the platform says that it is busy. Only for repeatable calls. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const giveUpAt = performance.now() + (this.#options.patienceMs ?? 60_000);
    let pause = this.#options.firstPauseMs ?? 200;
    for (;;) {
      try {
        return await this.once<T>(method, path, body);
      } catch (error) {
        if (!(error instanceof RetryableError) || performance.now() + pause > giveUpAt) throw error;
        await delay(error.retryAfterMs ?? pause * (0.5 + Math.random()));
        pause = Math.min(5_000, pause * 2);
      }
    }
  }

  /** One call, not repeated. */
  async once<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { url, token } = this.#options;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // An answer that breaks off is none.
      text = await response.text();
    } catch (error) {
      throw new RetryableError(0, `no answer from ${url}: ${reasonOf(error)}`);
    }
    if (response.ok) return parsed<T>(text, `${method} ${path}`);
    const message = `${method} ${path} answered ${response.status}: ${messageOf(text)}`;
    if (!AGAIN.has(response.status)) throw new GatewayError(response.status, message);
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new RetryableError(response.status, message, Number.isFinite(seconds) ? seconds * 1000 : undefined);
  }
}

class RetryableError extends GatewayError {
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs?: number) {
    super(status, message);
    this.retryAfterMs = retryAfterMs;
  }
}

function parsed<T>(text: string, call: string): T {
  try {
    return (text ? JSON.parse(text) : {}) as T;
  } catch {
    throw new GatewayError(200, `${call} answered no JSON: is this Kiban's gateway? ${text.slice(0, 200)}`);
  }
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON: a proxy in between answered.
  }
  return text.slice(0, 200);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error
    ? cause.message || ((cause as NodeJS.ErrnoException).code ?? cause.name)
    : String(cause);
}

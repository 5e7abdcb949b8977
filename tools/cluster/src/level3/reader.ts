import { Agent, request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A client of the REST API with one bearer token, over connections that it keeps. */
export class Reader {
  readonly #server: string;
  readonly #token: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(server: string, token: string, headers: Readonly<Record<string, string>> = {}) {
    this.#server = server;
    this.#token = token;
    this.#headers = headers;
  }

  call(method: string, path: string, body?: object, timeoutMs = 20_000): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.#token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...this.#headers,
      };
      const options = { method, headers, agent: this.#agent, signal: AbortSignal.timeout(timeoutMs) };
      const sent = request(`${this.#server}${path}`, options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: parsed(text) }));
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

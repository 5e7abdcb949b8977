import { Agent, request } from 'node:https';

/** A Kubernetes object, read as far as is needed. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    ownerReferences?: { kind: string; name: string }[];
    [more: string]: unknown;
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [more: string]: unknown;
}

export interface Answer {
  status: number;
  /** What the server says besides: unknown fields, deprecated kinds, pods below the security standard. */
  warnings: string[];
  body: KubeObject & {
    items?: KubeObject[];
    message?: string;
    resources?: { kind: string; name: string; namespaced: boolean }[];
  };
}

/** The API server over HTTPS, with a token. */
export class Api {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(server: string, token: string, ca: () => Buffer) {
    this.#server = server;
    this.#token = token;
    this.#agent = new Agent({ keepAlive: true, ca: ca() });
  }

  call(method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.#token}`, accept: 'application/json', 'content-type': type };
      const options = { method, headers, agent: this.#agent, signal: AbortSignal.timeout(30_000) };
      const sent = request(`${this.#server}${path}`, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const json = text.startsWith('{') ? text : JSON.stringify({ message: text });
          const header = answer.headers['warning'];
          const warnings = header === undefined ? [] : [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)];
          resolve({
            status: answer.statusCode ?? 0,
            warnings: warnings.map(([, said = '']) => said),
            body: JSON.parse(json) as Answer['body'],
          });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Calls and throws unless it succeeds. */
  async must(method: string, path: string, body?: object, type?: string): Promise<Answer['body']> {
    const answer = await this.call(method, path, body, type);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.message ?? ''}`);
    return answer.body;
  }

  close(): void {
    this.#agent.destroy();
  }
}

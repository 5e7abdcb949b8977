import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Row = Record<string, unknown>;
type Answer = {
  readonly status: number;
  readonly body?: unknown;
  /** In place of a JSON body. */
  readonly text?: string;
  readonly headers?: Record<string, string>;
  /** The connection breaks in the middle of the body. */
  readonly breaksOff?: boolean;
};

/** A real HTTP server with the two bulk methods: rows are kept by their id, as the platform keeps them. */
export class BulkServer {
  readonly articles = new Map<string, Row>();
  readonly interactions = new Map<string, Row>();
  /** Paths and row counts of every request. */
  readonly requests: { readonly path: string; readonly rows: number }[] = [];
  /** Answers instead of the server when it returns something. */
  intercept: (path: string, rows: readonly Row[]) => Answer | undefined = () => undefined;
  /** Refuses a row by code and message. */
  refuse: (row: Row) => { readonly code: number; readonly message: string } | undefined = () => undefined;
  /** How often similar articles are asked for in vain: the index follows the articles. */
  asksUntilIndexed = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method === 'GET') {
          const id = decodeURIComponent(/^\/v1\/articles\/([^/]+)\/similar/.exec(request.url ?? '')?.[1] ?? '');
          const known = this.articles.has(id);
          const similar = known && this.asksUntilIndexed-- <= 0 ? { articles: [{ score: 1 }] } : {};
          response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(similar));
          return;
        }
        const { requests = [] } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { requests?: Row[] };
        const {
          status,
          body = {},
          text = JSON.stringify(body),
          headers = {},
          breaksOff,
        } = this.#answer(request.url ?? '', requests);
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        if (breaksOff) response.write('{"res', () => response.destroy());
        else response.end(text);
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(path: string, rows: readonly Row[]): Answer {
    this.requests.push({ path, rows: rows.length });
    const instead = this.intercept(path, rows);
    if (instead) return instead;
    const [store, key] =
      path === '/v1/articles:batchCreate'
        ? ([this.articles, 'articleId'] as const)
        : ([this.interactions, 'interactionId'] as const);
    const results = rows.map((row, index) => {
      const status = this.refuse(row);
      if (status) return { index, status };
      store.set(String(row[key]), row);
      return { index, status: {} };
    });
    return { status: 200, body: { results } };
  }
}

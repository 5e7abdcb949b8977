import { setTimeout as sleep } from 'node:timers/promises';
import { Reader, type Reply } from './reader.ts';

/** What a stretch of load came to. */
export interface LoadResult {
  readonly sent: number;
  /** Requests that were not answered as they must be, with the reason. */
  readonly lost: readonly string[];
  /** Requests that an overloaded service turned away before it began: 429, to be tried again. */
  readonly refused: number;
  readonly p99Ms: number;
}

export interface LoadOptions {
  readonly server: string;
  /** Each reader's subject and token; several, because callers' rates are limited. */
  readonly readers: readonly { readonly user: string; readonly token: string }[];
  readonly articles: readonly string[];
  readonly perSecond: number;
}

/** An open loop of reads and writes that go through every service; one in five is a write that must be found again. */
export class Load {
  readonly #options: LoadOptions;
  readonly #readers: Reader[];
  readonly #written = new Map<string, Set<string>>();
  #running = true;
  #loop: Promise<unknown> = Promise.resolve();
  #sent = 0;
  #refused = 0;
  #lost: string[] = [];
  #tookMs: number[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#readers = options.readers.map(({ token }) => new Reader(options.server, token));
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** What happened since the last look. */
  take(): LoadResult {
    const tookMs = this.#tookMs.toSorted((a, b) => a - b);
    const p99Ms = tookMs[Math.floor(tookMs.length * 0.99)] ?? 0;
    const result = { sent: this.#sent, lost: this.#lost, refused: this.#refused, p99Ms };
    [this.#sent, this.#lost, this.#tookMs, this.#refused] = [0, [], [], 0];
    return result;
  }

  /** Ends; @returns how many writes were acknowledged and which of them cannot be found */
  async stop(): Promise<{ acknowledged: number; missing: string[] }> {
    this.#running = false;
    await this.#loop;
    let acknowledged = 0;
    const missing: string[] = [];
    for (const [index, { user }] of this.#options.readers.entries()) {
      const names = this.#written.get(user) ?? new Set();
      const reader = this.#readers[index];
      const found = reader ? await interactionsOf(reader, user) : new Set();
      acknowledged += names.size;
      missing.push(...[...names].filter((name) => !found.has(name)));
      reader?.close();
    }
    return { acknowledged, missing };
  }

  async #run(): Promise<void> {
    const { perSecond } = this.#options;
    const pending = new Set<Promise<void>>();
    const started = performance.now();
    let count = 0;
    while (this.#running) {
      const one = this.#one(count).finally(() => pending.delete(one));
      pending.add(one);
      count += 1;
      const wait = started + (count * 1000) / perSecond - performance.now();
      if (wait > 0) await sleep(wait);
    }
    await Promise.all(pending);
  }

  async #one(count: number): Promise<void> {
    const { readers, articles } = this.#options;
    const index = count % readers.length;
    const [reader, user] = [this.#readers[index], readers[index]?.user ?? ''];
    const article = articles[count % articles.length] ?? '';
    const turn = Math.floor(count / readers.length) % 5;
    const [method, path, body] = (
      [
        ['GET', '/v1/articles?pageSize=5'],
        ['GET', `/v1/${article}/similar`],
        ['GET', `/v1/users/${user}/interactions`],
        ['GET', `/v1/${article}`],
        ['POST', `/v1/users/${user}/interactions`, { article, type: 'VIEW' }],
      ] as const
    )[turn] ?? ['GET', '/v1/articles'];
    if (reader === undefined) return;
    const started = performance.now();
    this.#sent += 1;
    const reply = await reader.call(method, path, body).catch((error: Error) => error);
    this.#tookMs.push(Math.round(performance.now() - started));
    if (reply instanceof Error) this.#lost.push(`${method} ${path}: ${reply.message}`);
    else if (reply.status === 429) this.#refused += 1;
    else if (reply.status !== 200) this.#lost.push(`${method} ${path}: ${reply.status} ${said(reply)}`);
    else if (method === 'POST') this.#acknowledge(user, String(reply.body['name']));
  }

  #acknowledge(user: string, name: string): void {
    const names = this.#written.get(user) ?? new Set();
    names.add(name);
    this.#written.set(user, names);
  }
}

const said = ({ body }: Reply): string => JSON.stringify(body['message'] ?? '').slice(0, 120);

async function interactionsOf(reader: Reader, user: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (let token = ''; ; ) {
    const { status, body } = await reader.call('GET', `/v1/users/${user}/interactions?pageSize=100&pageToken=${token}`);
    if (status !== 200) throw new Error(`interactions of ${user} cannot be listed: ${status}`);
    for (const { name } of (body['interactions'] ?? []) as { name: string }[]) found.add(name);
    token = encodeURIComponent((body['nextPageToken'] as string | undefined) ?? '');
    if (token === '') return found;
  }
}

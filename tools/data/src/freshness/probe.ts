import { setTimeout as delay } from 'node:timers/promises';
import type { Gateway } from '../api/gateway.ts';

interface Ranked {
  readonly article?: { readonly name?: string };
}

/** Milliseconds from sending the write until each read shows it. */
export interface FreshnessSample {
  readonly similar: number;
  readonly search: number;
  readonly recommendations: number;
}

export interface Clients {
  /** May write articles. */
  readonly editor: Gateway;
  /** A gateway whose token is of this user. */
  readonly reader: (user: string) => Promise<Gateway>;
}

const POLL_MS = 10;
/** A change that has not shown by then counts as this long. */
const GIVE_UP_MS = 10_000;

/** One try: an article like `neighbour` is written, looked for and deleted; a new reader views what is recommended. */
export async function probe(clients: Clients, neighbour: string, id: string): Promise<FreshnessSample> {
  const { similar, search } = await probeArticle(clients.editor, neighbour, id);
  return { similar, search, recommendations: await probeInteraction(await clients.reader(id), id) };
}

async function probeArticle(editor: Gateway, neighbour: string, id: string) {
  const like = await editor.call<{ title: string; body?: string; tags?: string[] }>('GET', `/v1/${neighbour}`);
  // The word must be one token for any tokenizer, and found nowhere else.
  const word = `zq${id.replaceAll(/[^a-z0-9]/g, '')}`;
  const article = { title: `${like.title} ${word}`, body: like.body ?? '', tags: like.tags ?? [], language: 'en' };
  const name = `articles/${id}`;
  const started = performance.now();
  await editor.once('POST', `/v1/articles?articleId=${id}`, article);
  try {
    const [similar, search] = await Promise.all([
      shows(started, async () => {
        const { articles = [] } = await editor.call<{ articles?: Ranked[] }>(
          'GET',
          `/v1/${neighbour}/similar?pageSize=20`,
        );
        return articles.some((each) => each.article?.name === name);
      }),
      shows(started, async () => {
        const { results = [] } = await editor.call<{ results?: Ranked[] }>('GET', `/v1/articles:search?query=${word}`);
        return results.some((each) => each.article?.name === name);
      }),
    ]);
    return { similar, search };
  } finally {
    await editor.call('DELETE', `/v1/${name}`);
  }
}

async function probeInteraction(reader: Gateway, user: string): Promise<number> {
  const read = async () => {
    const { articles = [] } = await reader.call<{ articles?: Ranked[] }>('GET', `/v1/users/${user}/recommendations`);
    return articles.map((each) => each.article?.name);
  };
  const article = (await read())[0];
  if (!article) throw new Error('a new reader is recommended nothing: seed or import articles and interactions first');
  const started = performance.now();
  await reader.once('POST', `/v1/users/${user}/interactions`, { article, type: 'VIEW' });
  try {
    return await shows(started, async () => !(await read()).includes(article));
  } finally {
    await reader.call('DELETE', `/v1/users/${user}`);
  }
}

async function shows(started: number, seen: () => Promise<boolean>): Promise<number> {
  for (;;) {
    if (await seen()) return performance.now() - started;
    if (performance.now() - started > GIVE_UP_MS) return GIVE_UP_MS;
    await delay(POLL_MS);
  }
}

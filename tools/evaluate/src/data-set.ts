import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { interactionWeight, type ReaderEvent, type RecommenderArticle } from '@kiban/recommender';

/** Articles, what readers did, and which articles are known to be related. */
export interface DataSet {
  readonly articles: readonly RecommenderArticle[];
  /** Oldest first. */
  readonly events: readonly ReaderEvent[];
  /** Pairs of ids; empty when the data set has none. */
  readonly related: readonly (readonly [string, string])[];
}

/** A data set that cannot be used. */
export class DataSetError extends Error {
  override readonly name = 'DataSetError';
}

interface ArticleRow {
  id: string;
  title: string;
  body?: string;
  tags?: string[];
  language?: string;
  createTime?: string;
}

interface InteractionRow {
  user: string;
  article: string;
  type: string;
  time: string;
}

/** Fields that say when, in whatever file they stand. */
const TIMES = ['time', 'createTime'];
const URL_TEXT = /\b(?:https?:\/\/|www\.)\S+/g;

/**
 * Reads `articles.jsonl`, `interactions.jsonl` and, if there, `related.jsonl` of a folder. URLs are taken out of the
 * texts: they would give the related pairs away. Throws DataSetError with the file and line of what is wrong.
 */
export async function readDataSet(folder: string): Promise<DataSet> {
  const articles: RecommenderArticle[] = [];
  const events: ReaderEvent[] = [];
  const related: [string, string][] = [];
  for await (const row of rows<ArticleRow>(folder, 'articles.jsonl', ['id', 'title'])) {
    articles.push({
      id: row.id,
      title: row.title.replace(URL_TEXT, ' '),
      body: (row.body ?? '').replace(URL_TEXT, ' '),
      tags: row.tags ?? [],
      language: row.language ?? 'en',
      createTime: row.createTime === undefined ? 0 : Date.parse(row.createTime),
    });
  }
  for await (const row of rows<InteractionRow>(folder, 'interactions.jsonl', ['user', 'article', 'type', 'time'])) {
    const { user, article, type, time } = row;
    events.push({ user, article, weight: interactionWeight(type), time: Date.parse(time) });
  }
  if (await exists(join(folder, 'related.jsonl'))) {
    for await (const { a, b } of rows<{ a: string; b: string }>(folder, 'related.jsonl', ['a', 'b'])) {
      related.push([a, b]);
    }
  }
  // A stable sort: events of the same moment stay in the order of the file.
  return { articles, events: events.toSorted((a, b) => a.time - b.time), related };
}

async function* rows<Row>(
  folder: string,
  file: string,
  required: readonly (keyof Row & string)[],
): AsyncGenerator<Row> {
  const path = join(folder, file);
  if (!(await exists(path))) throw new DataSetError(`${path} is missing: the folder of a data set holds it.`);
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number++;
    if (line.trim() !== '') yield parse<Row>(line, `${path}:${number}`, required);
  }
}

function parse<Row>(line: string, place: string, required: readonly (keyof Row & string)[]): Row {
  let row: Partial<Record<string, unknown>>;
  try {
    row = JSON.parse(line) as typeof row;
  } catch {
    throw new DataSetError(`${place} is not JSON.`);
  }
  const missing = required.filter((name) => typeof row[name] !== 'string');
  if (missing.length > 0) throw new DataSetError(`${place} has no text in ${missing.join(', ')}.`);
  for (const name of TIMES) {
    const value = row[name];
    if (value !== undefined && (typeof value !== 'string' || Number.isNaN(Date.parse(value)))) {
      throw new DataSetError(
        `${place} has ${JSON.stringify(value)} in ${name}: expected a time such as 2026-01-31T12:00:00Z.`,
      );
    }
  }
  return row as Row;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readDataSet } from '../src/data-set.ts';
import { evaluate } from '../src/evaluate.ts';
import { type Figures, missedTargets } from '../src/targets.ts';

const HOUR = 3_600_000;
const TOPICS = ['grid layout rows', 'sound codec opus', 'rice tea kitchen', 'night train rails'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiban-evaluate-'));
});
afterEach(() => rm(folder, { recursive: true }));

const jsonl = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const time = (hours: number): string => new Date(Date.UTC(2026, 0, 1) + hours * HOUR).toISOString();

/** Forty articles of four topics; each of twenty readers keeps to one topic; articles of a topic are related. */
async function writeTopics(): Promise<void> {
  const articles = Array.from({ length: 40 }, (_, at) => {
    return { id: `a${at}`, title: `${TOPICS[at % 4]} ${at}`, body: 'https://example.com/a1', createTime: time(at) };
  });
  const interactions = Array.from({ length: 160 }, (_, at) => {
    const reader = at % 20;
    const article = (Math.floor(at / 20) * 4 + (reader % 4)) % 40;
    return { user: `u${reader}`, article: `a${article}`, type: 'VIEW', time: time(50 + at) };
  });
  const related = Array.from({ length: 36 }, (_, at) => ({ a: `a${at}`, b: `a${at + 4}` }));
  await writeFile(join(folder, 'articles.jsonl'), jsonl(articles));
  await writeFile(join(folder, 'interactions.jsonl'), jsonl(interactions));
  await writeFile(join(folder, 'related.jsonl'), jsonl(related));
}

async function run(...args: string[]): Promise<{ code: number; output: string }> {
  const main = resolve(import.meta.dirname, '../src/main.ts');
  return new Promise((done) => {
    execFile(process.execPath, ['--conditions=@kiban/source', main, ...args], (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

describe('evaluate', () => {
  it('finds the planted topics with text and with co-reading, beyond popularity', async () => {
    await writeTopics();
    const { related, randomSplit, streaming } = evaluate(await readDataSet(folder), 1);
    expect(related.questions).toBe(40);
    expect(related.text.recallAt10).toBeGreaterThan(0.9);
    expect(randomSplit.recallAt10).toBeGreaterThan(randomSplit.popularityAt10);
    expect(streaming.predicted).toBe(160);
    expect(streaming.recommender).toBeGreaterThan(streaming.popularity);
  });

  it('gives the same figures for the same seed', async () => {
    await writeTopics();
    const data = await readDataSet(folder);
    expect(evaluate(data, 7).randomSplit).toEqual(evaluate(data, 7).randomSplit);
    expect(evaluate(data, 7).streaming.recommender).toBe(evaluate(data, 7).streaming.recommender);
  });

  it('names the file and line of a row that is wrong', async () => {
    await writeTopics();
    await writeFile(join(folder, 'interactions.jsonl'), '{"user":"u1","article":"a1","type":"VIEW"}\n');
    await expect(readDataSet(folder)).rejects.toThrow('interactions.jsonl:1 has no text in time.');
    await writeFile(join(folder, 'interactions.jsonl'), '{"user":"u1","article":"a1","type":"VIEW","time":"noon"}\n');
    await expect(readDataSet(folder)).rejects.toThrow('interactions.jsonl:1 has "noon" in time');
  });
});

describe('missedTargets', () => {
  const figures = (recallAt10: number, recommender: number): Figures =>
    ({
      related: { questions: 9, text: { recallAt10 } },
      streaming: { predicted: 9, recommender, newestFirst: 0.5 },
    }) as Figures;

  it('is empty when all are met and says what is missed', () => {
    expect(missedTargets(figures(0.54, 0.54))).toEqual([]);
    expect(missedTargets(figures(0.5, 0.52))).toEqual([
      'related R@10 is 0.500, the target is 0.53',
      'streaming HR@10 is 0.520, the target is 0.530',
    ]);
  });
});

describe('the command', () => {
  it('prints figures as JSON and exits 0 when all targets are met', async () => {
    await writeTopics();
    const { code, output } = await run(folder, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ articles: 40, missed: [] });
  });

  it('exits 1 when a target is missed', async () => {
    await writeTopics();
    const ofOtherTopics = Array.from({ length: 39 }, (_, at) => ({ a: `a${at}`, b: `a${at + 1}` }));
    await writeFile(join(folder, 'related.jsonl'), jsonl(ofOtherTopics));
    const { code, output } = await run(folder);
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('related R@10 is 0.000') });
  });

  it('exits 2 and says what is missing', async () => {
    expect(await run()).toEqual({ code: 2, output: expect.stringContaining('usage: npm run eval') });
    expect(await run(folder)).toEqual({ code: 2, output: expect.stringContaining('articles.jsonl is missing') });
  });
});

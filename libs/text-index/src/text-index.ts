import type { Hit, IndexedArticle, Reason } from './document.ts';
import { Documents } from './documents.ts';
import { explain, scoreOf } from './explain.ts';
import { cellsOf, DEFAULT_WEIGHTS, type FieldWeights } from './fields.ts';
import { renumber, unpackNumber } from './packed.ts';
import { Postings } from './postings.ts';
import { Query } from './query.ts';
import { Scorer } from './scorer.ts';
import { tokenize } from './tokenize.ts';
import { Vocabulary } from './vocabulary.ts';

/** Documents whose heaviest terms are kept for the next time they are asked about. */
const KEPT_QUERIES = 4096;

/** Settings of a TextIndex. */
export interface TextIndexOptions {
  /** Term saturation; 1.2 to 2 is sensible, default 2. */
  readonly k1?: number;
  /** How much long documents are held back, 0 to 1; default 0.75. */
  readonly b?: number;
  /** How much a word counts in each field. */
  readonly weights?: FieldWeights;
  /** The most terms of a query that are looked up, the heaviest first; default 64: more cost time and find less. */
  readonly maxQueryTerms?: number;
  /** Factor on the score of an article in another language than the one asked about; default 0.5. */
  readonly otherLanguage?: number;
}

/** One article of a set and how much it counts. */
export interface Seed {
  readonly id: string;
  /** Above 0. */
  readonly weight: number;
}

/** Settings of one related() call. */
export interface RelatedOptions {
  /** Ids that the same people read, each with a strength of 0 to 1, as CoReading.neighbours() gives them. */
  readonly coRead?: ReadonlyMap<string, number>;
  /** How much full co-reading adds, in units of the article's similarity to itself; default 0.2. */
  readonly coReadWeight?: number;
}

/**
 * An in-memory BM25 index of articles. Document frequencies are frozen between calls of freeze(), so that the same
 * documents score the same while others come and go; the index freezes by itself each time it has doubled.
 */
export class TextIndex {
  private readonly options: Required<TextIndexOptions>;
  private vocabulary = new Vocabulary();
  private documents = new Documents();
  private postings = new Postings();
  private readonly scorer: Scorer;
  private readonly queries = new Map<number, Query>();
  private frozenAt = 0;

  constructor(options: TextIndexOptions = {}) {
    this.options = {
      k1: 2,
      b: 0.75,
      weights: DEFAULT_WEIGHTS,
      maxQueryTerms: 64,
      otherLanguage: 0.5,
      ...options,
    };
    this.scorer = new Scorer(this.options.k1, this.options.b);
  }

  /** Number of articles. */
  get size(): number {
    return this.documents.size;
  }

  /** Bytes held in typed arrays: postings, documents and scratch space. */
  get bytes(): number {
    return this.postings.bytes + this.documents.bytes + this.scorer.bytes;
  }

  /** True when the article is in the index. */
  has(id: string): boolean {
    return this.documents.find(id) !== undefined;
  }

  /** Adds an article or replaces the one with the same id. */
  upsert(article: IndexedArticle): void {
    this.delete(article.id);
    const document = cellsOf(article, this.options.weights, this.vocabulary);
    const slot = this.documents.add(article, document);
    this.link(slot);
    for (const cell of document.cells) this.vocabulary.count(unpackNumber(cell), 1);
    if (this.size >= 2 * this.frozenAt) this.freeze();
    else this.scorer.measure(slot, document.length);
  }

  /** Takes an article out; false when it was not there. */
  delete(id: string): boolean {
    const slot = this.documents.find(id);
    if (slot === undefined) return false;
    for (const cell of this.documents.cells(slot)) this.vocabulary.count(unpackNumber(cell), -1);
    this.documents.remove(slot);
    this.queries.delete(slot);
    if (this.documents.capacity > 2 * this.size + 64) this.compact();
    return true;
  }

  /** Takes the present document frequencies and mean length for all scores from now on. */
  freeze(): void {
    this.frozenAt = this.size;
    this.queries.clear();
    this.vocabulary.freeze(this.size);
    this.scorer.freeze(this.documents);
  }

  /** The articles most like one article, best first, without it; undefined when the index does not know it. */
  related(id: string, n: number, { coRead, coReadWeight = 0.2 }: RelatedOptions = {}): Hit[] | undefined {
    const slot = this.documents.find(id);
    if (slot === undefined) return undefined;
    const query = this.documentQuery(slot);
    const run = this.scorer.run(query, this.postings, this.documents);
    this.preferLanguage(run, this.documents.language(slot));
    run.scale(1 / Math.max(run.scores[slot] as number, Number.MIN_VALUE));
    for (const [other, strength] of coRead ?? []) {
      const at = this.documents.find(other);
      if (at !== undefined) run.add(at, coReadWeight * strength);
    }
    const best = run.top(n, new Set([slot]));
    return best.map((at) => this.hit(at, run.scores[at] as number, query, this.documents.tags(slot), coRead));
  }

  /** The articles most like a set of articles, best first, without these; unknown ids are skipped. */
  relatedToMany(seeds: readonly Seed[], n: number): Hit[] {
    const query = this.queryOf(seeds);
    const run = this.scorer.run(query, this.postings, this.documents);
    const slots = seeds.map(({ id }) => this.documents.find(id)).filter((slot) => slot !== undefined);
    const tags = [...new Set(slots.flatMap((slot) => this.documents.tags(slot)))];
    return run.top(n, new Set(slots)).map((slot) => this.hit(slot, run.scores[slot] as number, query, tags));
  }

  /** relatedToMany without reasons, for callers that rank on: ids and scores, best first, the seeds included. */
  scoreMany(seeds: readonly Seed[], n: number): { id: string; score: number }[] {
    const run = this.scorer.run(this.queryOf(seeds), this.postings, this.documents);
    return run
      .top(n, new Set())
      .map((slot) => ({ id: this.documents.id(slot) as string, score: run.scores[slot] as number }));
  }

  /** For each of some articles, which of the seeds it is most like, and why; unknown ids are left out. */
  nearest(seeds: readonly Seed[], ids: readonly string[]): Map<string, { seed: string; reason: Reason }> {
    const best = new Map<string, { slot: number; seed: number; query: Query; score: number }>();
    for (const { id: seedId, weight } of seeds) {
      const seed = this.documents.find(seedId);
      if (seed === undefined) continue;
      const query = this.documentQuery(seed);
      for (const id of ids) {
        const slot = this.documents.find(id);
        if (slot === undefined) continue;
        const score = weight * scoreOf(query, this.documents, slot, this.scorer);
        if (score > (best.get(id)?.score ?? 0)) best.set(id, { slot, seed, query, score });
      }
    }
    const found = new Map<string, { seed: string; reason: Reason }>();
    for (const [id, { slot, seed, query }] of best) {
      const reason = this.explain(query, slot, this.documents.tags(seed));
      found.set(id, { seed: this.documents.id(seed) as string, reason });
    }
    return found;
  }

  /** The articles that match the words of a query best, best first; empty when none holds any of them. */
  search(text: string, n: number): Hit[] {
    const query = new Query();
    for (const { term } of tokenize(text)) {
      const number = this.vocabulary.find(term);
      if (number !== undefined) query.add(number, this.vocabulary.idf(number));
    }
    const run = this.scorer.run(query.cut(this.options.maxQueryTerms), this.postings, this.documents);
    return run.top(n, new Set()).map((slot) => this.hit(slot, run.scores[slot] as number, query, []));
  }

  private queryOf(seeds: readonly Seed[]): Query {
    const query = new Query();
    for (const { id, weight } of seeds) {
      const slot = this.documents.find(id);
      if (slot === undefined) continue;
      for (const [term, gain] of this.documentQuery(slot).terms) query.add(term, weight * gain);
    }
    return query.cut(this.options.maxQueryTerms);
  }

  // What is read a lot is asked for again and again: its heaviest terms are worth keeping.
  private documentQuery(slot: number): Query {
    const known = this.queries.get(slot);
    if (known) return known;
    const query = new Query();
    query.addDocument(this.documents.cells(slot), this.vocabulary);
    if (this.queries.size >= KEPT_QUERIES) this.queries.clear();
    this.queries.set(slot, query.cut(this.options.maxQueryTerms));
    return query;
  }

  private preferLanguage(run: ReturnType<Scorer['run']>, language: string): void {
    if (language === '') return;
    run.weigh((slot) => {
      const other = this.documents.language(slot);
      return other === '' || other === language ? 1 : this.options.otherLanguage;
    });
  }

  private hit(
    slot: number,
    score: number,
    query: Query,
    tags: readonly string[],
    coRead?: ReadonlyMap<string, number>,
  ): Hit {
    const id = this.documents.id(slot) as string;
    const { terms, tags: shared } = this.explain(query, slot, tags);
    return { id, score, reason: { terms, tags: shared, coRead: coRead?.get(id) ?? 0 } };
  }

  private explain(query: Query, slot: number, tags: readonly string[]): Reason {
    return explain(query, this.documents, slot, this.scorer, this.vocabulary, tags);
  }

  private link(slot: number): void {
    for (const cell of this.documents.cells(slot)) {
      this.postings.append(unpackNumber(cell), renumber(cell, slot));
    }
  }

  // Removed documents stay in the posting lists until as many slots are dead as live ones; then all is laid anew.
  private compact(): void {
    const old = this.documents;
    this.queries.clear();
    this.documents = new Documents();
    this.postings = new Postings();
    for (let slot = 0; slot < old.capacity; slot++) {
      const id = old.id(slot);
      if (id === undefined) continue;
      const article = { id, tags: old.tags(slot), language: old.language(slot) };
      const document = { cells: Array.from(old.cells(slot)), length: old.lengths[slot] as number };
      this.link(this.documents.add(article, document));
    }
    this.scorer.remeasure(this.documents);
  }
}

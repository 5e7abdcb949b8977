import type { IndexedArticle } from './document.ts';
import { grown } from './growing.ts';
import { MAX_NUMBER } from './packed.ts';

/** A document made of packed (term, frequency) cells, ready to be stored. */
export interface DocumentCells {
  readonly cells: readonly number[];
  /** Sum of the weighted frequencies. */
  readonly length: number;
}

/** The documents by slot: identity, language, tags, length, and the terms that each holds. */
export class Documents {
  /** Weighted length of each slot. */
  lengths = new Float32Array(64);
  private readonly slots = new Map<string, number>();
  private readonly ids: (string | undefined)[] = [];
  private readonly tagLists: (readonly string[])[] = [];
  private readonly languages: string[] = [];
  private forward = new Uint32Array(1024);
  private used = 0;
  private starts = new Uint32Array(64);

  /** Live documents. */
  get size(): number {
    return this.slots.size;
  }

  /** Slots handed out, live or not. */
  get capacity(): number {
    return this.ids.length;
  }

  /** Bytes held in typed arrays. */
  get bytes(): number {
    return this.forward.byteLength + this.starts.byteLength + this.lengths.byteLength;
  }

  /** Stores a document in a new slot and returns the slot. */
  add(article: Pick<IndexedArticle, 'id' | 'tags' | 'language'>, { cells, length }: DocumentCells): number {
    const slot = this.ids.length;
    if (slot > MAX_NUMBER) throw new RangeError(`The index is full: it holds ${MAX_NUMBER + 1} documents.`);
    this.slots.set(article.id, slot);
    this.ids.push(article.id);
    this.tagLists.push(article.tags);
    this.languages.push(article.language.split('-', 1)[0]?.toLowerCase() ?? '');
    this.forward = grown(this.forward, this.used + cells.length);
    this.forward.set(cells, this.used);
    this.starts = grown(this.starts, slot + 2);
    this.starts[slot] = this.used;
    this.used += cells.length;
    this.starts[slot + 1] = this.used;
    this.lengths = grown(this.lengths, slot + 1);
    this.lengths[slot] = length;
    return slot;
  }

  /** Forgets a document; its slot is not used again. */
  remove(slot: number): void {
    this.slots.delete(this.ids[slot] as string);
    this.ids[slot] = undefined;
    this.tagLists[slot] = [];
  }

  /** The slot of a live document. */
  find(id: string): number | undefined {
    return this.slots.get(id);
  }

  /** The id in a slot; undefined when it was removed. */
  id(slot: number): string | undefined {
    return this.ids[slot];
  }

  /** Tags as they came with the article. */
  tags(slot: number): readonly string[] {
    return this.tagLists[slot] as readonly string[];
  }

  /** Primary language subtag in lower case; empty when unknown. */
  language(slot: number): string {
    return this.languages[slot] as string;
  }

  /** The packed (term, frequency) cells of a slot. */
  cells(slot: number): Uint32Array {
    return this.forward.subarray(this.starts[slot], this.starts[slot + 1]);
  }
}

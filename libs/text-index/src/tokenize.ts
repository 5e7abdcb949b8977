import { stemmer } from 'stemmer';

/** Runs of letters, digits and marks, with apostrophes and the signs that belong to names such as C++ and C#. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’_]*(?:\+\+|#)?/gu;
/** Scripts written without spaces: only these runs need a dictionary to find the words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const ASCII_WORD = /^[a-z]+$/;
const URL_TEXT = /\bhttps?:\/\/\S+/g;
const MAX_STEMS = 50_000;
const MAX_TOKEN_LENGTH = 64;

/** Made for the first text that needs it: most have none. */
let segmenter: Intl.Segmenter | undefined;
const stems = new Map<string, string>();

/** One word of a text: what is indexed and how it was written (lower case). */
export interface Token {
  readonly term: string;
  readonly surface: string;
}

/**
 * The words of a text in order. Compatibility forms are folded (NFKC), case is ignored, English words are reduced to
 * their stem, possessives lose their ending, words of scripts without spaces come from Intl.Segmenter, and URLs are
 * left out.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const folded = text.replace(URL_TEXT, ' ').normalize('NFKC').toLowerCase();
  for (const [run] of folded.matchAll(WORD)) {
    if (!UNSPACED.test(run)) push(tokens, run);
    else for (const part of segments(run)) if (part.isWordLike) push(tokens, part.segment);
  }
  return tokens;
}

function segments(run: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('ja', { granularity: 'word' });
  return segmenter.segment(run);
}

function push(tokens: Token[], word: string): void {
  const surface = word.replace(/['’]s?$/u, '').replace(/[’_]/gu, "'");
  if (surface === '' || surface.length > MAX_TOKEN_LENGTH) return;
  tokens.push({ term: stem(surface), surface });
}

function stem(word: string): string {
  if (word.length < 4 || !ASCII_WORD.test(word)) return word;
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size >= MAX_STEMS) stems.clear();
  const made = stemmer(word);
  stems.set(word, made);
  return made;
}

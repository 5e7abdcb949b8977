/**
 * The lengths of HPACK's Huffman codes, one letter for each byte value, `a` = 5 bits,
 * https://www.rfc-editor.org/rfc/rfc7541#appendix-B. The code is canonical: the lengths say everything.
 */
const LENGTHS =
  'isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhfibccccccccccccccccccccccdcdioijbkabababbbaccbbbabcbaabcc' +
  'cccgkjixprpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrsvvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpqrqqsrruuttvs' +
  'vwvvwwwwwxwwwwwv';
const SHORTEST = 5;
const LONGEST = 30;

/** Of each length: the first code, and where its symbols begin. */
const FIRST_CODE = new Int32Array(LONGEST + 2);
const FIRST_INDEX = new Int32Array(LONGEST + 2);
const SYMBOLS = Array.from(LENGTHS, (_, symbol) => symbol).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);

let code = 0;
let index = 0;
for (let length = SHORTEST; length <= LONGEST; length++) {
  FIRST_CODE[length] = code;
  FIRST_INDEX[length] = index;
  while (index < SYMBOLS.length && lengthOf(SYMBOLS[index] as number) === length) {
    index++;
    code++;
  }
  code <<= 1;
}
FIRST_INDEX[LONGEST + 1] = index;

function lengthOf(symbol: number): number {
  return LENGTHS.charCodeAt(symbol) - 97 + SHORTEST;
}

/**
 * Decodes a Huffman-coded string, as latin1.
 * @throws Error when it holds the end-of-string code or wrong padding
 */
export function decodeHuffman(bytes: Buffer, from: number, to: number): string {
  let text = '';
  let current = 0;
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    for (let bit = 7; bit >= 0; bit--) {
      current = (current << 1) | ((byte >> bit) & 1);
      length++;
      if (length < SHORTEST) continue;
      const offset = current - (FIRST_CODE[length] as number);
      const place = (FIRST_INDEX[length] as number) + offset;
      if (offset >= 0 && place < (FIRST_INDEX[length + 1] as number)) {
        text += String.fromCharCode(SYMBOLS[place] as number);
        current = 0;
        length = 0;
      } else if (length >= LONGEST) throw new Error('HPACK: a Huffman code that stands for nothing');
    }
  }
  // What is left is padding: fewer than eight bits, all of them 1.
  if (length > 7 || current !== (1 << length) - 1) throw new Error('HPACK: wrong Huffman padding');
  return text;
}

/** A posting packs a number (22 bits) and a weighted term frequency (10 bits, in quarters) into 32 bits. */
const FREQUENCY_BITS = 10;
const FREQUENCY_MASK = (1 << FREQUENCY_BITS) - 1;
const QUARTERS = 4;

/** The largest document or term number that fits; 4,194,303. */
export const MAX_NUMBER = 2 ** (32 - FREQUENCY_BITS) - 1;

/** Packs `number` with `frequency`, which is kept in quarters between 0.25 and 255.75. */
export function pack(number: number, frequency: number): number {
  const quarters = Math.min(FREQUENCY_MASK, Math.max(1, Math.round(frequency * QUARTERS)));
  return ((number << FREQUENCY_BITS) | quarters) >>> 0;
}

/** The number in a packed posting. */
export function unpackNumber(packed: number): number {
  return packed >>> FREQUENCY_BITS;
}

/** The weighted frequency in a packed posting. */
export function unpackFrequency(packed: number): number {
  return (packed & FREQUENCY_MASK) / QUARTERS;
}

/** The same frequency with another number: turns a document's term into a term's document. */
export function renumber(packed: number, number: number): number {
  return ((number << FREQUENCY_BITS) | (packed & FREQUENCY_MASK)) >>> 0;
}

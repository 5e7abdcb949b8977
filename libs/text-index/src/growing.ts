type Typed = Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** The array itself when it holds `length` entries, else a copy at least half as long again. */
export function grown<A extends Typed>(array: A, length: number): A {
  if (length <= array.length) return array;
  const make = array.constructor as new (length: number) => A;
  const copy = new make(Math.max(length, Math.ceil(array.length * 1.5), 64));
  copy.set(array);
  return copy;
}

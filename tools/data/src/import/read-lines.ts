import { createReadStream } from 'node:fs';

export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Where the next line begins, bytes from the beginning of the file. */
  readonly end: number;
}

const NEWLINE = 0x0a;

/** Lines of a file from a byte offset on, without holding the file in memory. The last line needs no newline. */
export async function* readLines(file: string, from = { offset: 0, lines: 0 }): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = from.offset;
  let number = from.lines;
  const line = (bytes: Buffer, length: number): Line => {
    offset += length;
    number += 1;
    return { text: bytes.toString('utf8').replace(/\r$/, ''), number, end: offset };
  };
  for await (const chunk of createReadStream(file, { start: offset }) as AsyncIterable<Buffer>) {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let at = rest.indexOf(NEWLINE); at !== -1; at = rest.indexOf(NEWLINE, start)) {
      yield line(rest.subarray(start, at), at + 1 - start);
      start = at + 1;
    }
    rest = rest.subarray(start);
  }
  if (rest.length) yield line(rest, rest.length);
}

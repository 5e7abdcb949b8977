import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** Calls back with each complete line added to the file after `offset`, a few times a second. Returns the stop. */
export function followFile(file: string, offset: number, onLine: (line: string) => void, everyMs = 250): () => void {
  const decoder = new StringDecoder();
  let position = offset;
  let rest = '';
  const read = () => {
    const bytes = readFrom(file, position);
    position += bytes.length;
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
  const timer = setInterval(read, everyMs).unref();
  return () => {
    clearInterval(timer);
    read();
  };
}

/** What the file holds from `offset` on, at most 1 MB; empty when it cannot be read. */
export function readFrom(file: string, offset: number): Buffer {
  try {
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(1024 * 1024);
      return buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, offset));
    } finally {
      closeSync(handle);
    }
  } catch {
    return Buffer.alloc(0);
  }
}

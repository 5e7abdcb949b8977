import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HEADER, readRecord, type Record } from './record.ts';

const BLOCK = 16 * 1024 * 1024;

/**
 * The whole records of a log, read in blocks, so that starting takes no memory for the file. A torn record at the end,
 * as a killed process leaves it, ends the reading. Nothing when there is no file. `end` is where a record ends in the file.
 */
export function* readLog(path: string): Generator<Record> {
  const file = openIfThere(path);
  if (file === undefined) return;
  try {
    const { size } = fstatSync(file);
    let buffer: Buffer = Buffer.alloc(0);
    for (let position = 0; ; ) {
      const wanted = buffer.length < HEADER ? BLOCK : Math.max(BLOCK, HEADER + buffer.readUInt32LE(0) - buffer.length);
      const block = Buffer.allocUnsafe(Math.min(wanted, size - position));
      const length = readSync(file, block, 0, block.length, position);
      if (length === 0) return;
      position += length;
      buffer = buffer.length === 0 ? block.subarray(0, length) : Buffer.concat([buffer, block.subarray(0, length)]);
      let at = 0;
      for (let record = readRecord(buffer, at); record; record = readRecord(buffer, at)) {
        if (record === 'torn') return;
        yield { ...record, end: position - buffer.length + record.end };
        at = record.end;
      }
      buffer = buffer.subarray(at);
    }
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

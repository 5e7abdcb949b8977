import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_BYTES = 8 << 20;
const TAIL_BYTES = 4_096;

/** Opens a log to append to; one that has grown above 8 MiB is moved to FILE.1 first. Answers the descriptor. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > ROTATE_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** The last lines of a log, oldest first; empty when there is none. */
export function logTail(file: string, lines: number): string[] {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(fd);
    const length = Math.min(size, Math.max(TAIL_BYTES, lines * 500));
    const buffer = Buffer.alloc(length);
    readSync(fd, buffer, 0, length, size - length);
    return buffer.toString('utf8').split('\n').filter(Boolean).slice(-lines);
  } finally {
    closeSync(fd);
  }
}

/** The line that most likely says why a process ended: the last one that speaks of an error, else the last. */
export function lastWords(file: string): string | undefined {
  const lines = logTail(file, 20).map(readable);
  const error = lines.findLast((line) => /error|fatal|refused|denied|ENOSPC|EADDRINUSE/i.test(line));
  return (error ?? lines.at(-1))?.slice(0, 300);
}

/** A JSON log line as its message, anything else as it is. */
function readable(line: string): string {
  try {
    const { msg, message, err } = JSON.parse(line) as { msg?: string; message?: string; err?: { message?: string } };
    const text = [msg ?? message, err?.message].filter(Boolean).join(': ');
    return text || line;
  } catch {
    return line.trim();
  }
}

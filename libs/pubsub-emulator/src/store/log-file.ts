import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  read,
  readSync,
  renameSync,
  write,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const readAsync = promisify(read);
const writeAsync = promisify(write);
const syncAsync = promisify(fdatasync);
const CHUNK = 1024 * 1024;

/** An append-only file. Writes reach the operating system before they return; sync() the disk. */
export class LogFile {
  path: string;
  size = 0;
  readonly #file: number;

  /** Opens an empty one, replacing what was there; or goes on after the first `keep` bytes of it. */
  constructor(path: string, keep?: number) {
    this.path = path;
    this.#file = openSync(path, keep === undefined ? 'w+' : 'r+');
    if (keep === undefined) return;
    ftruncateSync(this.#file, keep);
    this.size = keep;
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at, bytes.length - at, this.size + at);
    this.size += bytes.length;
  }

  async appendAsync(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      at += (await writeAsync(this.#file, bytes, at, bytes.length - at, this.size + at)).bytesWritten;
    }
    this.size += bytes.length;
  }

  /** Appends [from, to) of another file without holding the event loop; gives how far it came. */
  async appendFrom(other: LogFile, from: number, to: number): Promise<number> {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, to - from));
    const { bytesRead } = await readAsync(other.#file, buffer, 0, buffer.length, from);
    await this.appendAsync(buffer.subarray(0, bytesRead));
    return from + bytesRead;
  }

  /** The same at once, for what is left when it is little. */
  appendRest(other: LogFile, from: number): void {
    const buffer = Buffer.allocUnsafe(other.size - from);
    for (let at = 0; at < buffer.length; ) at += readSync(other.#file, buffer, at, buffer.length - at, from + at);
    this.append(buffer);
  }

  sync(): Promise<void> {
    return syncAsync(this.#file);
  }

  syncNow(): void {
    fsyncSync(this.#file);
  }

  /** Puts it on the disk and in the place of another file; the folder too, where that can be asked for. */
  moveTo(path: string): void {
    this.syncNow();
    renameSync(this.path, path);
    this.path = path;
    if (process.platform === 'win32') return;
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  close(): void {
    closeSync(this.#file);
  }
}

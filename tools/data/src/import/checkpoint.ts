import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** How far an import of one file into one gateway came. */
export interface Position {
  /** Everything before this byte has an answer. */
  readonly offset: number;
  /** Lines before that byte. */
  readonly lines: number;
  readonly accepted: number;
  readonly refused: number;
}

const BEGINNING: Position = { offset: 0, lines: 0, accepted: 0, refused: 0 };

/** The position kept on disk, so that an import that was stopped goes on where it was. */
export class Checkpoint {
  readonly #file: string;
  readonly #source: { readonly size: number; readonly mtimeMs: number };

  /** `dir` holds the positions; `file` is what is imported, `gateway` where to. */
  constructor(dir: string, file: string, gateway: string) {
    const { size, mtimeMs } = statSync(file);
    this.#source = { size, mtimeMs };
    const name = createHash('sha256')
      .update(JSON.stringify([resolve(file), gateway]))
      .digest('hex')
      .slice(0, 16);
    mkdirSync(dir, { recursive: true });
    this.#file = join(dir, `${name}.json`);
  }

  /** The kept position; the beginning when there is none, when it cannot be read, or when the file has changed since. */
  read(): Position {
    try {
      const kept = JSON.parse(readFileSync(this.#file, 'utf8')) as Position & { size: number; mtimeMs: number };
      const same = kept.size === this.#source.size && kept.mtimeMs === this.#source.mtimeMs;
      return same
        ? { offset: kept.offset, lines: kept.lines, accepted: kept.accepted, refused: kept.refused }
        : BEGINNING;
    } catch {
      return BEGINNING;
    }
  }

  write(position: Position): void {
    const next = `${this.#file}.next`;
    writeFileSync(next, JSON.stringify({ ...position, ...this.#source }));
    renameSync(next, this.#file);
  }

  /** Forgets the position: the import is complete. */
  clear(): void {
    rmSync(this.#file, { force: true });
  }
}

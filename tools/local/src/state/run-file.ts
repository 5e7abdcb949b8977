import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ProcessIdentity } from './process-identity.ts';

/** One process of a run as `npm run status` sees it. */
export interface RunProcess {
  readonly name: string;
  readonly identity?: ProcessIdentity;
  /** Addresses by protocol: grpc, http, ops, ... */
  readonly addresses: Readonly<Record<string, string>>;
  readonly state: string;
  readonly restarts: number;
  /** Why it ended the last time. */
  readonly reason?: string;
}

/** What the running `npm start` tells other commands. */
export interface Run {
  readonly main: ProcessIdentity;
  /** The npm that started it; when that one was killed, nobody watches this run any more. */
  readonly launcher?: ProcessIdentity;
  readonly gateway: string;
  readonly ready: boolean;
  readonly processes: readonly RunProcess[];
}

/** The run in the file; undefined when there is none or when the file is not whole. */
export function readRun(file: string): Run | undefined {
  try {
    const run = JSON.parse(readFileSync(file, 'utf8')) as Run;
    return typeof run?.main?.pid === 'number' && Array.isArray(run.processes) ? run : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step: a reader sees the old run or the new one. */
export function writeRun(file: string, run: Run): void {
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, file);
}

export function removeRun(file: string): void {
  rmSync(file, { force: true });
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresError } from './postgres-error.ts';

export const MARKER = 'kiban-postgres.json';

/** What makes a directory recognisably ours. */
export interface Marker {
  madeBy: string;
  /** The same in a directory and in the place outside that keeps its data. */
  id: string;
  /** In the directory: where the data is, when it had to be put elsewhere. */
  location?: string;
  /** In the place outside: the directory whose data this is. */
  directory?: string;
}

/** Undefined when the directory has none; throws PostgresError (not-ours) for a damaged one. */
export function readMarker(directory: string): Marker | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, MARKER), 'utf8')) as Marker;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) throw notOurs(directory, `its ${MARKER} is damaged`);
    throw error;
  }
}

export function writeMarker(directory: string, marker: Marker): void {
  writeFileSync(join(directory, MARKER), `${JSON.stringify(marker, undefined, 2)}\n`);
}

export function notOurs(directory: string, why: string): PostgresError {
  return new PostgresError(
    'not-ours',
    `${directory} was not made by Kiban (${why}), and is left alone. Delete it or choose another directory.`,
  );
}

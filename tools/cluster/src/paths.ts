import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../../..');
/** Built programs and their sources stay here from run to run: `KIBAN_CLUSTER_CACHE`, or ~/.cache/kiban/cluster. */
export const CACHE = process.env['KIBAN_CLUSTER_CACHE'] ?? join(homedir(), '.cache/kiban/cluster');
/** Where a built program lies. */
export const program = (name: string): string => join(CACHE, 'bin', name);

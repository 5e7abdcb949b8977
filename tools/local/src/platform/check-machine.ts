import { mkdirSync, statfsSync } from 'node:fs';
import { StartError, messageOf } from '../start-error.ts';
import type { StatePaths } from '../paths.ts';
import { isFree } from './free-ports.ts';

const NEEDED_BYTES = 300 << 20;

/** Looks for what would make the start fail half-way. Throws StartError with what to do. */
export async function checkMachine(paths: StatePaths, gatewayPort: number): Promise<void> {
  try {
    mkdirSync(paths.logs, { recursive: true });
  } catch (error) {
    throw new StartError(
      `The state folder ${paths.dir} cannot be made (${messageOf(error)}): set KIBAN_STATE_DIR to a folder that can.`,
    );
  }
  const { bavail, bsize } = statfsSync(paths.dir);
  const free = bavail * bsize;
  if (free < NEEDED_BYTES) {
    throw new StartError(
      `The disk of ${paths.dir} is full (${Math.floor(free / 2 ** 20)} MB free, ${NEEDED_BYTES >> 20} MB needed): free some space, or set KIBAN_STATE_DIR to a folder on another disk.`,
    );
  }
  if (!(await isFree(gatewayPort))) {
    throw new StartError(
      `Port ${gatewayPort} is taken by another program: end that program, or use another port, npm start -- --port ${gatewayPort + 1}.`,
    );
  }
}

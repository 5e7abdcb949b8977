import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Address of the gateway that `npm start` runs on this state folder; undefined when there is none. */
export function runningGateway(stateDir: string): string | undefined {
  try {
    const { gateway } = JSON.parse(readFileSync(join(stateDir, 'run.json'), 'utf8')) as { gateway?: unknown };
    return typeof gateway === 'string' ? gateway : undefined;
  } catch {
    return undefined;
  }
}

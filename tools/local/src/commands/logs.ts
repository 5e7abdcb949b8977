import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { StatePaths } from '../paths.ts';
import { UsageError } from '../start-error.ts';
import { logTail } from '../supervisor/log-file.ts';

const LINES = 100;
const LOOK_EVERY_MS = 300;

/** `npm run logs -- <service> [--follow]`: the last 100 lines, and with --follow what comes after. */
export async function logsCommand(args: readonly string[], paths: StatePaths): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { follow: { type: 'boolean', short: 'f', default: false } },
  });
  const known = logNames(paths.logs);
  const [name] = positionals;
  if (!name || !known.includes(name)) {
    const names = known.length ? known.join(', ') : 'nothing yet: run npm start first';
    throw new UsageError(`${name ? `there is no log of ${name}` : 'which log?'} Known are: ${names}`);
  }
  const file = join(paths.logs, `${name}.log`);
  let offset = statSync(file).size;
  for (const line of logTail(file, LINES)) console.log(line);
  while (values.follow) {
    const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
    // Smaller than before: it was moved away and begun anew.
    if (size < offset) offset = 0;
    if (size > offset) {
      for await (const chunk of createReadStream(file, { start: offset, end: size - 1 })) process.stdout.write(chunk);
      offset = size;
    }
    await delay(LOOK_EVERY_MS);
  }
  return 0;
}

function logNames(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir).flatMap((file) => (file.endsWith('.log') ? [file.slice(0, -'.log'.length)] : []));
}

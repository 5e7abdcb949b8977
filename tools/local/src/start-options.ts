import { parseArgs } from 'node:util';
import { SERVICES } from './platform/services.ts';
import { messageOf, UsageError } from './start-error.ts';

export interface StartOptions {
  /** Forget all data first. */
  readonly fresh: boolean;
  /** Services to start. */
  readonly only: readonly string[];
  readonly json: boolean;
  readonly port: number;
  readonly seed: boolean;
}

const START_USAGE = 'npm start -- [--fresh] [--only bff,content] [--port 8080] [--no-seed] [--json]';

/** Reads the flags of `npm start`. Throws UsageError. */
export function startOptions(args: readonly string[]): StartOptions {
  const values = parse(args);
  const names = SERVICES.map(({ name }) => name);
  const only = values.only?.split(',').map((name) => name.trim()) ?? names;
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length) throw new UsageError(`--only knows ${names.join(', ')}; not ${unknown.join(', ')}`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UsageError(`--port must be a number from 1 to 65535, not ${values.port}`);
  }
  return { fresh: values.fresh, only, json: values.json, port, seed: !values['no-seed'] };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        port: { type: 'string', default: '8080' },
        'no-seed': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\nusage: ${START_USAGE}`);
  }
}

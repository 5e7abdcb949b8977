import { parseArgs } from 'node:util';

/** What the command line and the environment ask for. */
export interface Options {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  /** undefined: in memory. */
  readonly stateDir: string | undefined;
  readonly setupFile: string | undefined;
  readonly sync: boolean;
  readonly deliveryDelayMs: number;
  readonly rewriteFrom: number;
}

export const USAGE = `usage: npm run pubsub -- [options]
  --port N        gRPC port, 0 for a free one (PUBSUB_EMULATOR_PORT; default 8085)
  --admin-port N  HTTP admin port, 0 for a free one (PUBSUB_EMULATOR_ADMIN_PORT; default 8086)
  --host A        IPv4 address to listen on (PUBSUB_EMULATOR_BIND; default 127.0.0.1)
  --state DIR     keep the state here (PUBSUB_EMULATOR_STATE; default .kiban/pubsub)
  --memory        keep nothing
  --sync          wait for the disk at each commit: survives a power cut, not only kill -9
  --rewrite-from N  rewrite the log when it is larger than N bytes and mostly history (default 67108864)
  --setup FILE    YAML with the topics and subscriptions to have
  --delay MS      hide messages this long after the reply to their publish (default 5)`;

/** Reads flags, then environment, then defaults. Throws an Error that lists every problem. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: text,
      'admin-port': text,
      host: text,
      state: text,
      memory: flag,
      sync: flag,
      setup: text,
      delay: text,
      'rewrite-from': text,
    },
  });
  const problems: string[] = [];
  const number = (value: string | undefined, name: string, standard: number, max: number): number => {
    if (value === undefined || value === '') return standard;
    const parsed = Number(value);
    if (!Number.isInteger(parsed) || parsed < 0 || parsed > max) {
      problems.push(`${name} is "${value}"; give a whole number from 0 to ${max}`);
    }
    return parsed;
  };
  const options: Options = {
    host: values.host ?? env['PUBSUB_EMULATOR_BIND'] ?? '127.0.0.1',
    port: number(values.port ?? env['PUBSUB_EMULATOR_PORT'], '--port / PUBSUB_EMULATOR_PORT', 8085, 65_535),
    adminPort: number(
      values['admin-port'] ?? env['PUBSUB_EMULATOR_ADMIN_PORT'],
      '--admin-port / PUBSUB_EMULATOR_ADMIN_PORT',
      8086,
      65_535,
    ),
    stateDir: values.memory ? undefined : (values.state ?? env['PUBSUB_EMULATOR_STATE'] ?? '.kiban/pubsub'),
    setupFile: values.setup,
    sync: values.sync ?? false,
    deliveryDelayMs: number(values.delay, '--delay', 5, 60_000),
    rewriteFrom: number(values['rewrite-from'], '--rewrite-from', 64 * 1024 * 1024, Number.MAX_SAFE_INTEGER),
  };
  if (values.memory && values.state !== undefined) problems.push('--memory and --state exclude each other');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return options;
}

import type * as z from 'zod';
import { ConfigError, readConfig } from './config.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { Logger } from './logger.ts';
import { createRuntime, type RunningService, startService } from './start-service.ts';

/**
 * The main of a service: reads the environment, starts, serves until SIGTERM or SIGINT, drains and exits 0. Exits 2 with
 * every problem listed when the environment is wrong, 1 when it cannot start or after an error that nobody caught.
 * `node main.mjs <command>` runs one of the definition's commands instead.
 */
export async function bootstrapService<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
): Promise<RunningService | undefined> {
  const [command] = process.argv.slice(2);
  try {
    if (command !== undefined) {
      await runCommand(definition, command);
      return undefined;
    }
    let started: { stop(): Promise<void>; logger: Logger } | undefined;
    const leave = leaver(() => started?.stop());
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => leave(0));
    watchDefects(() => started?.logger, leave);
    const running = await startService(definition, { onStart: (handle) => (started = handle) });
    // A parent that is gone can stop nobody: end with it rather than keep ports and data.
    process.once('disconnect', () => leave(0));
    process.send?.({ event: 'ready', service: definition.name, grpc: running.grpc, ops: running.ops });
    return running;
  } catch (error) {
    if (stopping) return undefined; // stopped while it was still waiting: not a failure
    return fail(definition.name, error);
  }
}

let stopping = false;

/** Ends the process once; a second signal ends it at once. */
function leaver(stop: () => Promise<void> | undefined): (code: number) => void {
  return (code) => {
    if (stopping) process.exit(code || 130);
    stopping = true;
    void Promise.resolve(stop()).then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
}

/** An error that nobody caught leaves the process in a state that nobody knows: say so, drain, and start anew. */
function watchDefects(logger: () => Logger | undefined, leave: (code: number) => void): void {
  const tell = (error: unknown, what: string) => {
    const log = logger();
    if (log) log.fatal({ err: error }, what);
    else console.error(what, error);
  };
  process.on('unhandledRejection', (error) => {
    tell(error, 'a promise was rejected and nobody handled it: draining, then exit 1');
    leave(1);
  });
  process.on('uncaughtException', (error) => {
    tell(error, 'an exception was caught by nobody: exit 1');
    process.exit(1);
  });
}

async function runCommand<Shape extends z.ZodRawShape>(definition: ServiceDefinition<Shape>, command: string) {
  const run = definition.commands?.[command];
  if (!run) {
    const known = Object.keys(definition.commands ?? {});
    throw new ConfigError(
      `${definition.name} has no command "${command}". ${known.length ? `Commands: ${known.join(', ')}.` : 'It has none.'} ` +
        'Without a command it serves.',
    );
  }
  const config = readConfig(definition.name, definition.config, process.env);
  const runtime = await createRuntime(definition.name, config);
  await run(config, runtime);
  runtime.stop();
  await runtime.drain(config.DRAIN_MS);
  process.exit(0);
}

function fail(name: string, error: unknown): never {
  if (error instanceof ConfigError) {
    console.error(error.message);
    process.exit(2);
  }
  console.error(`${name} cannot start:`, error);
  process.exit(1);
}

// The local run: node --conditions=@kiban/source tools/local/src/main.ts <start|status|stop|logs|token|profile> ...
import { enableCompileCache } from 'node:module';
import { statePaths, type StatePaths } from './paths.ts';
import { UsageError } from './start-error.ts';

type Command = (args: readonly string[], paths: StatePaths) => Promise<number>;

/** Loaded only when used: a status should not wait for what a start needs. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).startCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  stop: async () => (await import('./commands/stop.ts')).stopCommand,
  logs: async () => (await import('./commands/logs.ts')).logsCommand,
  profile: async () => (await import('./commands/profile.ts')).profileCommand,
  token: async () => (await import('./commands/token.ts')).tokenCommand,
};

const paths = statePaths();
enableCompileCache(paths.compileCache);
const [name = '', ...args] = process.argv.slice(2);

try {
  const load = COMMANDS[name];
  if (!load) throw new UsageError(`which command? one of ${Object.keys(COMMANDS).join(', ')}`);
  process.exitCode = await (await load())(args, paths);
} catch (error) {
  const usage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  if (!usage) throw error;
  console.error((error as Error).message);
  process.exitCode = 2;
}

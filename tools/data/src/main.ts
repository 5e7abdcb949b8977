// Data commands: node --conditions=@kiban/source tools/data/src/main.ts <seed|import|freshness> ...
import { resolve } from 'node:path';
import { GatewayError } from './api/gateway.ts';
import { freshnessCommand } from './commands/freshness.ts';
import { importCommand } from './commands/import.ts';
import { seedCommand } from './commands/seed.ts';
import { UsageError } from './usage-error.ts';

const COMMANDS: Readonly<Record<string, (args: readonly string[], stateDir: string) => Promise<number>>> = {
  seed: seedCommand,
  import: importCommand,
  freshness: freshnessCommand,
};

const [name = '', ...args] = process.argv.slice(2);
const stateDir = resolve(process.env['KIBAN_STATE_DIR'] || resolve(import.meta.dirname, '../../../.kiban'));

try {
  const command = COMMANDS[name];
  if (!command) throw new UsageError(`which command? one of ${Object.keys(COMMANDS).join(', ')}`);
  process.exitCode = await command(args, stateDir);
} catch (error) {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const usage = error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS');
  if (!usage && !(error instanceof GatewayError)) throw error;
  console.error((error as Error).message);
  process.exitCode = usage ? 2 : 1;
}

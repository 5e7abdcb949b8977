import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../api/connect.ts';
import { type Gateway, GatewayError } from '../api/gateway.ts';
import { Checkpoint } from '../import/checkpoint.ts';
import { importFile } from '../import/import-file.ts';
import { parseArticle, parseInteraction } from '../import/parse-row.ts';
import { showProgress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';

const IMPORT_USAGE = 'npm run import -- articles.jsonl [interactions.jsonl] [--gateway URL] [--token JWT] [--restart]';

interface Target {
  readonly gateway: Gateway;
  readonly url: string;
  readonly stateDir: string;
  readonly restart: boolean;
}

/** Imports JSON lines. Answers 0 when every row was taken, 1 when some were refused or it could not finish. */
export async function importCommand(args: readonly string[], stateDir: string): Promise<number> {
  const { values, positionals } = parse(args);
  const [articles, interactions] = positionals;
  if (!articles || positionals.length > 2) throw new UsageError(`usage: ${IMPORT_USAGE}`);
  for (const file of positionals) {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile())
      throw new UsageError(`${file} is not a file that can be read`);
  }
  const target: Target = {
    ...(await connect({ ...values, stateDir, subject: 'import', roles: ['ingest'] })),
    stateDir,
    restart: values.restart,
  };
  const files = [() => importOne(target, articles, '/v1/articles:batchCreate', parseArticle)];
  if (interactions) files.push(() => importOne(target, interactions, '/v1/interactions:batchCreate', parseInteraction));
  const done: Checkpoint[] = [];
  let refused = 0;
  for (const run of files) {
    const result = await run();
    if (!result) return 1;
    refused += result.refused;
    done.push(result.checkpoint);
  }
  // Only now: stopped between the two files, a second run must not start the first again.
  for (const checkpoint of done) checkpoint.clear();
  return refused ? 1 : 0;
}

async function importOne(target: Target, file: string, path: string, parseRow: (text: string) => object) {
  const { gateway, url, stateDir, restart } = target;
  const checkpoint = new Checkpoint(join(stateDir, 'import'), file, url);
  if (restart) checkpoint.clear();
  const from = checkpoint.read();
  const name = basename(file);
  if (from.lines) console.log(`${name}: going on behind line ${from.lines}`);
  const kilobytes = (bytes: number) => Math.ceil(bytes / 1024);
  const progress = showProgress({ label: name, total: kilobytes(statSync(file).size), unit: 'KB', json: false });
  try {
    const result = await importFile({
      gateway,
      file,
      path,
      parse: parseRow,
      checkpoint,
      onRefused: (line, message) => console.error(`${file}:${line} refused: ${message}`),
      onProgress: (bytes) => progress.update(kilobytes(bytes)),
    });
    progress.stop();
    console.log(`${name}: ${result.lines} lines, ${result.accepted} rows accepted, ${result.refused} refused`);
    return { refused: result.refused, checkpoint };
  } catch (error) {
    progress.stop();
    if (!(error instanceof GatewayError)) throw error;
    console.error(
      `${error.message}\n${name}: stopped behind line ${checkpoint.read().lines}; run the same command again to go on`,
    );
    return undefined;
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        gateway: { type: 'string' },
        token: { type: 'string' },
        restart: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\nusage: ${IMPORT_USAGE}`);
  }
}

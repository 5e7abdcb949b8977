// Measures related articles and recommendations: npm run eval -- <folder> [--json] [--seed N]
// Exits 1 when a target is missed, 2 when it cannot run.
import { parseArgs } from 'node:util';
import { DataSetError, readDataSet } from './data-set.ts';
import { evaluate } from './evaluate.ts';
import { report } from './report.ts';
import { missedTargets } from './targets.ts';

const USAGE = 'usage: npm run eval -- <folder with articles.jsonl and interactions.jsonl> [--json] [--seed N]';

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof DataSetError ? error.message : error);
  return 2;
});

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
  });
  const [folder] = positionals;
  const seed = Number(values.seed);
  if (folder === undefined || positionals.length > 1 || !Number.isInteger(seed)) throw new DataSetError(USAGE);
  const figures = evaluate(await readDataSet(folder), seed);
  const missed = missedTargets(figures);
  if (values.json) console.log(JSON.stringify({ ...figures, missed }));
  else console.log(`${report(figures)}\n\n${missed.length === 0 ? 'All targets met.' : missed.join('\n')}`);
  return missed.length === 0 ? 0 : 1;
}

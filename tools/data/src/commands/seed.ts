import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../api/connect.ts';
import { type Progress, showProgress } from '../progress.ts';
import { seed } from '../seed/seed.ts';
import { untilIndexed } from '../seed/until-indexed.ts';

/** Raise it when the seed is built differently from the same packages. */
const BUILD = 2;

/** Seeds the default data set unless this state folder was seeded with the same version of it. Answers the exit code. */
export async function seedCommand(args: readonly string[], stateDir: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gateway: { type: 'string' },
      token: { type: 'string' },
      json: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
    },
  });
  const stamp = join(stateDir, 'seed.json');
  const version = dataVersion();
  if (!values.force && readStamp(stamp) === version) {
    print(values.json, { event: 'seed', state: 'unchanged', version }, `seeded already (${version})`);
    return 0;
  }
  const { gateway } = await connect({ ...values, stateDir, subject: 'seed', roles: ['ingest'] });
  let progress: Progress | undefined;
  const result = await seed({
    gateway,
    onStart: (total) => {
      progress = showProgress({ label: 'seed', total, json: values.json });
    },
    onProgress: (done) => progress?.update(done),
  });
  progress?.stop();
  for (const { message } of result.refused.slice(0, 5)) console.error(`seed: a row was refused: ${message}`);
  if (result.refused.length) {
    console.error(`seed: ${result.refused.length} rows were refused; the next npm start tries again`);
    return 1;
  }
  if (!(await untilIndexed(gateway))) console.error('seed: the index is still behind; search catches up by itself');
  writeFileSync(stamp, `${JSON.stringify({ version })}\n`);
  const { articles, interactions } = result;
  print(
    values.json,
    { event: 'seed', state: 'done', version, articles, interactions },
    `seeded ${articles} articles and ${interactions} interactions of simulated readers (sim-0001, sim-0002, ...)`,
  );
  return 0;
}

/** Names the data set: the versions of the two packages and of the code that reads them. */
function dataVersion(): string {
  const require = createRequire(import.meta.url);
  const caniuse = require('caniuse-db/package.json') as { version: string };
  // web-features does not export its package.json; it lies beside its data.
  const beside = join(require.resolve('web-features/data.json'), '..', 'package.json');
  const webFeatures = JSON.parse(readFileSync(beside, 'utf8')) as { version: string };
  return `web-features ${webFeatures.version}, caniuse-db ${caniuse.version}, build ${BUILD}`;
}

function readStamp(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;
  } catch {
    return undefined;
  }
}

function print(json: boolean, event: object, line: string): void {
  console.log(json ? JSON.stringify(event) : line);
}

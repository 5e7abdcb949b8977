// npm run verify:cluster -- --level 1|2 [--json] [--write]: a real Kubernetes on 127.0.0.1, from Go modules. Needs Go and
// a few GB in ~/.cache/kiban/cluster; no root. --only leaves out the levels below. Exits 1 when something does not hold, 2 when it cannot run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildProgram } from './build/build-program.ts';
import { programsOf } from './build/programs.ts';
import type { Check } from './check.ts';
import { ClusterError } from './cluster-error.ts';
import { startControlPlane } from './cluster/control-plane.ts';
import { level1 } from './level1/level1.ts';
import { level2 } from './level2/level2.ts';
import { ROOT } from './paths.ts';
import { resultTable } from './report.ts';

const USAGE = 'usage: npm run verify:cluster -- --level 1|2 [--only] [--json] [--write]';

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof ClusterError ? error.message : error);
  return 2;
});

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      level: { type: 'string', default: '1' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
      only: { type: 'boolean' },
    },
  });
  const level = Number(values.level);
  if (![1, 2].includes(level)) {
    throw new ClusterError(
      `${USAGE}\nlevel 3 needs a container runtime; docs/results/cluster.md says what of it was run`,
    );
  }
  const say = (line: string) => console.error(line);
  for (const each of programsOf(level)) buildProgram(each, say);

  say('starting etcd and kube-apiserver');
  const plane = await startControlPlane();
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new ClusterError(`stopped by ${signal}`)));
    }
  });
  const checks: Check[] = [];
  try {
    const run = async () => {
      if (!values.only || level === 1) checks.push(...(await level1(plane, say)));
      if (level >= 2) checks.push(...(await level2(plane, say)));
    };
    await Promise.race([run(), interrupted]);
  } finally {
    await plane.stop();
  }

  for (const { ok, what, figure, problems } of checks) {
    if (!values.json) console.log(`${ok ? 'holds' : 'FAILS'}  ${what}: ${figure}`);
    for (const problem of problems.slice(0, 20)) console.error(`       ${problem}`);
  }
  if (values.json) for (const check of checks) console.log(JSON.stringify(check));
  if (values.write) {
    const notes = readFileSync(join(ROOT, 'tools/cluster/not-run.md'), 'utf8');
    writeFileSync(join(ROOT, 'docs/results/cluster.md'), resultTable(checks, level, notes));
  }
  return checks.every(({ ok }) => ok) ? 0 : 1;
}

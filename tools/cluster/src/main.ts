// npm run verify:cluster -- --level 1|2|3 [--json] [--write]: a real Kubernetes on this machine, from Go modules. Needs Go
// and a few GB in ~/.cache/kiban/cluster; level 3 runs containers and needs Linux, root and Docker Engine, too. --only
// leaves out the levels below. Exits 1 when something does not hold, 2 when it cannot run.
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
import { CHECKS } from './level3/checks.ts';
import { enterNode, INSIDE } from './level3/enter.ts';
import { level3 } from './level3/level3.ts';
import { ROOT } from './paths.ts';
import { resultTable } from './report.ts';

const USAGE =
  'usage: npm run verify:cluster -- --level 1|2|3 [--only] [--checks policies,load,developer,debug,skaffold,removal] [--json] [--write]';
const say = (line: string) => console.error(line);

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
      checks: { type: 'string', default: CHECKS.join(',') },
    },
  });
  const level = Number(values.level);
  if (![1, 2, 3].includes(level)) throw new ClusterError(USAGE);
  const wanted = values.checks.split(',');
  const unknown = wanted.filter((name) => !CHECKS.includes(name));
  if (unknown.length > 0) throw new ClusterError(`no check ${unknown.join(', ')} in level 3\n${USAGE}`);
  const images = process.env[INSIDE];
  if (images !== undefined) return show(await level3(images, wanted, say), true);

  for (const each of programsOf(level)) buildProgram(each, say);
  const lower = level < 3 || !values.only ? await lowerLevels(Math.min(level, 2), values.only === true) : [];
  const node = level === 3 ? await enterNode(wanted, say) : [];
  if (values.write) {
    const notes = (of: string) => readFileSync(join(ROOT, `tools/cluster/not-run${of}.md`), 'utf8');
    const table = (name: string, text: string) => writeFileSync(join(ROOT, `docs/results/${name}.md`), text);
    if (lower.length > 0) table('cluster', resultTable(lower, Math.min(level, 2), notes('')));
    if (node.length > 0 && wanted.length >= CHECKS.length) table('cluster-node', resultTable(node, 3, notes('-node')));
  }
  return show([...lower, ...node], values.json === true);
}

/** Levels 1 and 2, on 127.0.0.1. */
async function lowerLevels(level: number, only: boolean): Promise<Check[]> {
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
      if (!only || level === 1) checks.push(...(await level1(plane, say)));
      if (level >= 2) checks.push(...(await level2(plane, say)));
    };
    await Promise.race([run(), interrupted]);
  } finally {
    await plane.stop();
  }
  return checks;
}

/** @returns the exit code */
function show(checks: readonly Check[], json: boolean): number {
  for (const check of checks) {
    const { ok, what, figure, problems } = check;
    console.log(json ? JSON.stringify(check) : `${ok ? 'holds' : 'FAILS'}  ${what}: ${figure}`);
    for (const problem of json ? [] : problems.slice(0, 20)) console.error(`       ${problem}`);
  }
  return checks.every(({ ok }) => ok) ? 0 : 1;
}

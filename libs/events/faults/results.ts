import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan, PlanResult } from './plan.ts';

const FILE = join(import.meta.dirname, '../../../docs/results/outbox-faults.md');

const HEAD = `# Fault injection: the outbox
Regenerate a row with \`npm run faults -- outbox --plan <plan> --write\`. Order is judged against PostgreSQL's commit timestamps.
Duplicates are published twice; their bound is what was published and not deleted at each kill, plus the messages of lost
replies. In plans D, outage and bug they are what the inbox dropped, and the bound is what had its effect and was not
acknowledged at each kill, plus (outage) what was taken and not answered. Effects are counted behind the inbox. Plans whose
name begins with H are designs that must fail, to prove that the suite can.

| plan | what | faults | committed | lost | invented | inversions | duplicates (bound) | effects | measured | verdict | seconds |
|---|---|---|---|---|---|---|---|---|---|---|---|
`;

/** Replaces the plan's row in the committed table. */
export function recordResult(name: string, plan: Plan, result: PlanResult): void {
  const bound = result.duplicateBound === undefined ? '' : ` (${number(result.duplicateBound)})`;
  const cells = [
    name,
    plan.title,
    list(Object.fromEntries(Object.entries(result.injected).filter(([, count]) => count > 0))),
    result.committed,
    result.lost,
    result.invented,
    result.inversions,
    number(result.duplicates) + bound,
    result.effects ?? '',
    list(result.measured ?? {}),
    result.broken.length === 0 ? 'held' : `broke: ${result.broken.join('; ')}`,
    result.seconds,
  ];
  const row = `| ${cells.map((cell) => (typeof cell === 'number' ? number(cell) : cell)).join(' | ')} |`;
  const old = existsSync(FILE) ? readFileSync(FILE, 'utf8').split('\n') : [];
  const rows = old.filter(
    (line) => /^\| ([A-H]|[A-H]-[\w-]+|outage|bug) \|/.test(line) && !line.startsWith(`| ${name} |`),
  );
  mkdirSync(join(FILE, '..'), { recursive: true });
  writeFileSync(FILE, `${HEAD}${[...rows, row].sort().join('\n')}\n`);
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function list(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${number(value)} ${name}`)
    .join(', ');
}

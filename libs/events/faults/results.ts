import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from './plans.ts';
import type { RelayFaultsResult } from './run-relay-faults.ts';

const FILE = join(import.meta.dirname, '../../../docs/results/outbox-faults.md');

const HEAD = `# Fault injection: the outbox
Regenerate a row with \`npm run faults -- outbox --plan <plan> --write\`. Order is judged against PostgreSQL's commit timestamps,
duplicates against what was published and not deleted at each kill plus the messages of lost replies, effects behind the inbox.
Plans whose name begins with H are designs that must fail, to prove that the suite can.

| plan | what | committed | kill -9 of relays | cut connections | kill -9 of PostgreSQL | broker errors | lost replies | lost | invented | inversions | duplicates (bound) | effects | verdict | seconds |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
`;

/** Replaces the plan's row in the committed table. */
export function recordResult(plan: Plan, result: RelayFaultsResult): void {
  const cells = [
    result.plan,
    plan.title,
    result.committed,
    result.kills,
    result.backendKills,
    result.serverKills,
    result.refused,
    result.lostReplies,
    result.lost,
    result.invented,
    result.inversions,
    `${result.duplicates} (${result.duplicateBound})`,
    result.effects,
    result.broken.length === 0 ? 'held' : `broke: ${result.broken.join('; ')}`,
    result.seconds,
  ];
  const row = `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`;
  const old = existsSync(FILE) ? readFileSync(FILE, 'utf8').split('\n') : [];
  const rows = old.filter((line) => /^\| [A-H][\w-]* \|/.test(line) && !line.startsWith(`| ${result.plan} |`));
  mkdirSync(join(FILE, '..'), { recursive: true });
  writeFileSync(FILE, `${HEAD}${[...rows, row].sort().join('\n')}\n`);
}

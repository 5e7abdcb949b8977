import type { Run } from '../state/run-file.ts';
import { healthOf } from './health.ts';
import { memoryOf } from './memory.ts';
import { table } from './table.ts';

/** One line of the status: a process of the run, or the runner itself. */
export interface StatusRow {
  readonly service: string;
  readonly address: string;
  readonly health: string;
  readonly memoryMb: number;
  readonly restarts: number;
  readonly reason?: string;
}

/** Asks every process of a run how it is. */
export async function statusRows(run: Run): Promise<StatusRow[]> {
  const pids = run.processes.flatMap(({ identity }) => (identity ? [identity.pid] : []));
  const memory = memoryOf([...pids, run.main.pid]);
  const rows = await Promise.all(
    run.processes.map(async (each) => ({
      service: each.name,
      address: addressOf(each.addresses),
      health: await healthOf(each),
      memoryMb: megabytes(each.identity ? memory.get(each.identity.pid)! : 0),
      restarts: each.restarts,
      ...(each.reason ? { reason: each.reason } : {}),
    })),
  );
  const memoryMb = megabytes(memory.get(run.main.pid)!);
  return [...rows, { service: 'npm start', address: '', health: 'ready', memoryMb, restarts: 0 }];
}

/** The rows as text, with the sum of memory. */
export function statusTable(rows: readonly StatusRow[]): string {
  const total = rows.reduce((sum, row) => sum + row.memoryMb, 0);
  return table([
    ['service', 'address', 'health', 'memory', 'restarts', ''],
    ...rows.map((row) => [
      row.service,
      row.address,
      row.health,
      `${row.memoryMb} MB`,
      String(row.restarts),
      row.reason ? `last end: ${row.reason}` : '',
    ]),
    ['all together', '', '', `${total} MB`, '', ''],
  ]);
}

function addressOf(addresses: Readonly<Record<string, string>>): string {
  return addresses['http'] ?? addresses['grpc'] ?? addresses['host'] ?? Object.values(addresses)[0] ?? '';
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

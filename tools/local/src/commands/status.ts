import type { StatePaths } from '../paths.ts';
import { isAlive } from '../state/process-identity.ts';
import { readRun } from '../state/run-file.ts';
import { statusRows, statusTable } from '../view/status-table.ts';

/** `npm run status`: what runs, how it is, what it takes. Answers 0 when everything is ready, 1 when not. */
export async function statusCommand(args: readonly string[], paths: StatePaths): Promise<number> {
  const run = readRun(paths.runFile);
  const json = args.includes('--json');
  if (!run || !isAlive(run.main)) {
    console.log(json ? JSON.stringify({ running: false }) : 'Kiban is not running: npm start starts it.');
    return 1;
  }
  const rows = await statusRows(run);
  const ready = run.ready && rows.every(({ health }) => health === 'ready');
  const { gateway } = run;
  if (json) {
    const memoryMb = rows.reduce((sum, row) => sum + row.memoryMb, 0);
    console.log(JSON.stringify({ running: true, ready, gateway, memoryMb, services: rows }));
  } else {
    console.log(`${statusTable(rows)}\n\n${gateway} ${ready ? 'is ready' : 'is not ready yet'}`);
  }
  return ready ? 0 : 1;
}

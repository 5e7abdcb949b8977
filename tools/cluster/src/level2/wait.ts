import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every 200 ms until `holds`; @returns whether it did in time. */
export async function eventually(holds: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) return false;
    await sleep(200);
  }
  return true;
}

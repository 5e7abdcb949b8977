import type { Check } from '../check.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { cronJobFiresOnce } from './cron-job.ts';
import { drains } from './drain.ts';
import { startNodes } from './nodes.ts';
import { applyPlatform } from './platform.ts';
import { preScaler } from './pre-scaler.ts';
import { rollouts } from './rollouts.ts';

/** With controllers, scheduler and nodes that KWOK plays. */
export async function level2(plane: ControlPlane, say: (line: string) => void): Promise<Check[]> {
  say('level 2: starting controllers, scheduler and KWOK nodes');
  await startNodes(plane);
  const platform = await applyPlatform(plane);
  const checks: Check[] = [];
  for (const check of [preScaler, rollouts, drains, cronJobFiresOnce]) {
    const done = await check(platform, plane);
    say(`level 2: ${done.what}: ${done.figure}`);
    checks.push(done);
  }
  return checks;
}

import type { Check } from '../check.ts';
import { installKinds } from '../level1/level1.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { cronJobFiresOnce } from './cron-job.ts';
import { drains } from './drain.ts';
import { startNodes } from './nodes.ts';
import { applyPlatform, type Platform } from './platform.ts';
import { preScaler } from './pre-scaler.ts';
import { rollouts } from './rollouts.ts';

/** With controllers, scheduler and nodes that are played. */
export async function level2(plane: ControlPlane, say: (line: string) => void): Promise<Check[]> {
  say('level 2: starting controllers, scheduler and nodes');
  await installKinds(plane);
  const nodes = await startNodes(plane);
  try {
    return await checksOn(plane, say);
  } finally {
    await nodes.stop();
  }
}

async function checksOn(plane: ControlPlane, say: (line: string) => void): Promise<Check[]> {
  const platform = await applyPlatform(plane);
  const checks: Check[] = [];
  const run = async (check: (platform: Platform, plane: ControlPlane) => Promise<Check>) => {
    const done = await check(platform, plane);
    say(`level 2: ${done.what}: ${done.figure}`);
    checks.push(done);
  };
  // The cron job waits for two full minutes and touches nothing of the others.
  const cron = run(cronJobFiresOnce);
  cron.catch(() => undefined);
  for (const check of [preScaler, rollouts, drains]) await run(check);
  await cron;
  return checks;
}

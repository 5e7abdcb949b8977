import { topology } from '@kiban/events/topology';
import { applyTopology } from '@kiban/pubsub';
import type { JobReport } from '../job.ts';

/**
 * Makes the topics and subscriptions that the services take for granted, before they roll out. Run where no Terraform
 * does: with the embedded Pub/Sub, and for a developer's own prefix, whose subscriptions expire.
 * Reads PUBSUB_PROJECT, PUBSUB_PREFIX, PUBSUB_EMULATOR_HOST and PUBSUB_EXPIRE_SECONDS (never, when unset).
 */
export async function applyTopologyJob(env: NodeJS.ProcessEnv): Promise<JobReport> {
  // Empty means unset, as it does to the services.
  const expire = env['PUBSUB_EXPIRE_SECONDS'] || undefined;
  if (expire !== undefined && !(Number(expire) >= 86_400)) {
    throw new Error(`PUBSUB_EXPIRE_SECONDS is "${expire}"; Pub/Sub takes a day (86400) or more`);
  }
  const applied = await applyTopology(topology, {
    project: env['PUBSUB_PROJECT'] || undefined,
    prefix: env['PUBSUB_PREFIX'] || undefined,
    emulatorHost: env['PUBSUB_EMULATOR_HOST'] || undefined,
    expireAfterSeconds: expire === undefined ? undefined : Number(expire),
  });
  const count = (wanted: string) => applied.filter(({ action }) => action === wanted).length;
  return { created: count('created'), updated: count('updated'), unchanged: count('unchanged') };
}

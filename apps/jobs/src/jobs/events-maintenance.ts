import { maintainInbox } from '@kiban/events';
import type { Job } from '../job.ts';

/** Databases of the services that consume events. */
const CONSUMERS = ['similarity', 'recommendation'] as const;

/** Makes the inbox partitions of the coming days and drops those that are past. */
export const eventsMaintenance: Job = async (context) => {
  let created = 0;
  let dropped = 0;
  for (const name of CONSUMERS) {
    const done = await maintainInbox(context.database(name));
    created += done.created.length;
    dropped += done.dropped.length;
  }
  return { created, dropped };
};

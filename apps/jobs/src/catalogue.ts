import type { Job } from './job.ts';
import { evaluateModel } from './jobs/evaluate-model.ts';
import { eventsMaintenance } from './jobs/events-maintenance.ts';
import { eventsReindex } from './jobs/events-reindex.ts';
import { pruneArticleChanges } from './jobs/prune-article-changes.ts';

/** Every job by the name under which jobs.json schedules it. */
export const catalogue: ReadonlyMap<string, Job> = new Map(
  Object.entries({
    'evaluate-model': evaluateModel,
    'events-maintenance': eventsMaintenance,
    'events-reindex': eventsReindex,
    'prune-article-changes': pruneArticleChanges,
  }),
);

import type { Rule } from '../rule.ts';
import type { AppConfiguration } from '../services/definitions.ts';
import { availability } from './availability.ts';
import { completeness } from './completeness.ts';
import { configuration } from './configuration.ts';
import { cronJobs } from './cron-jobs.ts';
import { drain } from './drain.ts';
import { edge } from './edge.ts';
import { images } from './images.ts';
import { kinds } from './kinds.ts';
import { labels } from './labels.ts';
import { migrations } from './migrations.ts';
import { monitoring } from './monitoring.ts';
import { names } from './names.ts';
import { network } from './network.ts';
import { probes } from './probes.ts';
import { resources } from './resources.ts';
import { rights } from './rights.ts';
import { securityContext } from './security-context.ts';

/** All rules, in the order of their names. */
export function allRules(apps: ReadonlyMap<string, AppConfiguration>): readonly Rule[] {
  return [
    availability,
    completeness,
    configuration(apps),
    cronJobs,
    drain,
    edge,
    images,
    kinds,
    labels,
    migrations(apps),
    monitoring,
    names,
    network(apps),
    probes,
    resources,
    rights,
    securityContext,
  ];
}

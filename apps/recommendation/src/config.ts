import { type ConfigOf, connections, flag, postgresUrl } from '@kiban/service';
import * as z from 'zod';

/** What the service reads besides the common variables. */
export const config = {
  /** The database `recommendation`. */
  DATABASE_URL_RECOMMENDATION: postgresUrl(),
  DATABASE_MAX_CONNECTIONS: connections(),
  /** Apply migrations before serving. */
  MIGRATE_ON_START: flag().default(false),
  PUBSUB_EMULATOR_HOST: z.string().optional(),
  PUBSUB_PROJECT: z.string().default('kiban-local'),
  PUBSUB_PREFIX: z.string().optional(),
  /** E-mail of the service account that Pub/Sub pushes with; pushes are refused without it. */
  PUSH_SERVICE_ACCOUNT: z.string().optional(),
  /** Audience of the tokens of pushes. */
  PUSH_AUDIENCE: z.string().optional(),
};

export type Config = ConfigOf<typeof config>;

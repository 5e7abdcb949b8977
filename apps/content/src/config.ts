import { connections, flag, postgresUrl } from '@kiban/service';
import type * as z from 'zod';

/** The content service's own variables; those of every service are added by @kiban/service. */
export const contentConfig = {
  /** The database `content`. */
  DATABASE_URL_CONTENT: postgresUrl(),
  DATABASE_MAX_CONNECTIONS: connections(),
  /** Applies missing migrations before serving. */
  MIGRATE_ON_START: flag().default(false),
};

export type ContentConfig = z.infer<z.ZodObject<typeof contentConfig>>;

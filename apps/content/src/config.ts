import { flag } from '@kiban/service';
import { z } from 'zod';

/** The content service's own variables; those of every service are added by @kiban/service. */
export const contentConfig = {
  /** postgres://user:password@host:port/content */
  DATABASE_URL_CONTENT: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'expected postgres://user:password@host:port/content',
  }),
  /** Connections to the database at most, of each replica. */
  DATABASE_MAX_CONNECTIONS: z.coerce.number().int().min(2).max(500).default(10),
  /** Applies missing migrations before serving. */
  MIGRATE_ON_START: flag().default(false),
};

export type ContentConfig = z.infer<z.ZodObject<typeof contentConfig>>;

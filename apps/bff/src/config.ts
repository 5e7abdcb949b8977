import { address, milliseconds } from '@kiban/service';
import * as z from 'zod';

/** The BFF's own variables; those of every service are added by @kiban/service. */
export const bffConfig = {
  CONTENT_ADDRESS: address(),
  SIMILARITY_ADDRESS: address(),
  RECOMMENDATION_ADDRESS: address(),
  /** How long one call to a service may take when the caller gave more time. */
  CALL_TIMEOUT_MS: milliseconds().default(5_000),
  /** How long one bulk write may take. */
  BULK_TIMEOUT_MS: milliseconds().default(60_000),
  /** How long a section of the home screen may take before its last good answer is shown instead. */
  SECTION_TIMEOUT_MS: milliseconds().default(800),
  /** Calls that one caller (the user, else the address) may make in one window. Editors and imports are not limited. */
  RATE_LIMIT: z.coerce.number().int().min(1).default(6_000),
  RATE_LIMIT_WINDOW_SECONDS: z.coerce.number().int().min(1).max(86_400).default(60),
  /** File of API keys: every call must carry one of them as x-api-key then. No call needs one when absent. */
  API_KEYS_FILE: z.string().min(1).optional(),
  /** Shares the limits between replicas; each counts alone when absent. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
};

export type BffConfig = z.infer<z.ZodObject<typeof bffConfig>>;

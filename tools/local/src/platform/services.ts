/** The databases, each owned by one service. */
export const DATABASES = ['content', 'similarity', 'recommendation'] as const;
export type DatabaseName = (typeof DATABASES)[number];

/** One process that the platform consists of, besides PostgreSQL and the Pub/Sub emulator. */
export interface ServiceSpec {
  /** Name of the app, its folder and its bundle. */
  readonly name: string;
  readonly databases: readonly DatabaseName[];
  readonly pubsub: boolean;
  /** Prefix of the variable that tells the others where it is, `CONTENT` of CONTENT_ADDRESS. */
  readonly addressVariable?: string;
  /** Largest heap, MB. Small on purpose: on one machine nine of them run side by side. */
  readonly heapMb: number;
  /** V8's --max-semi-space-size, MB, a third of what new objects may take besides that heap; default 4. */
  readonly youngMb?: number;
}

/** In the order of start; the order of stop is the reverse. */
export const SERVICES: readonly ServiceSpec[] = [
  { name: 'content', databases: ['content'], pubsub: true, addressVariable: 'CONTENT', heapMb: 128 },
  { name: 'content-similarity', databases: ['similarity'], pubsub: true, addressVariable: 'SIMILARITY', heapMb: 384 },
  {
    name: 'recommendation',
    databases: ['recommendation'],
    pubsub: true,
    addressVariable: 'RECOMMENDATION',
    heapMb: 384,
  },
  { name: 'outbox-relay', databases: ['content', 'recommendation'], pubsub: true, heapMb: 128 },
  { name: 'bff', databases: [], pubsub: false, addressVariable: 'BFF', heapMb: 128 },
  // All that the gateway does is make young objects.
  { name: 'gateway', databases: [], pubsub: false, heapMb: 128, youngMb: 8 },
];

/** The app that stands in for Google's Pub/Sub. */
export const EMULATOR = 'pubsub-emulator';
/** The app of the cron jobs. */
export const JOBS = 'jobs';

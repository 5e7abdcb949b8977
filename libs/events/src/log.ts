/** Where relays and consumers tell what happens; pino's Logger is one. */
export interface EventLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silent: EventLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

const SEVERITY = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };

type Fields = Readonly<Record<string, unknown>> & { readonly traceId?: string };

/** Writes one line of JSON to standard output, as Cloud Logging reads it: `traceId` becomes the line's trace. */
export function log(level: keyof typeof SEVERITY, message: string, fields: Fields = {}): void {
  const { traceId, ...rest } = fields;
  const time = new Date().toISOString();
  const trace = traceId && { 'logging.googleapis.com/trace': traceId };
  const line = { severity: SEVERITY[level], time, service: 'gateway', message, ...rest, ...trace };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

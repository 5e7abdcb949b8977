/** Writes one line of JSON to standard output. */
export function log(level: 'info' | 'warn' | 'error', message: string, fields: object = {}): void {
  const time = new Date().toISOString();
  process.stdout.write(`${JSON.stringify({ level, time, service: 'gateway', message, ...fields })}\n`);
}

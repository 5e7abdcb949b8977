import type { AccessRecord } from '@kiban/transcoding';

const SEVERITY = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };
/** How long a line of the access log may wait for others to be written with. */
const WAIT_MS = 25;
const MAX_WAITING = 32 << 10;

type Fields = Readonly<Record<string, unknown>> & { readonly traceId?: string };

let waiting = '';
let timer: NodeJS.Timeout | undefined;
let second = 0;
let secondText = '';
process.once('exit', flush);

/** Writes one line of JSON to standard output, as Cloud Logging reads it: `traceId` becomes the line's trace. */
export function log(level: keyof typeof SEVERITY, message: string, fields: Fields = {}): void {
  const { traceId, ...rest } = fields;
  const trace = traceId && { 'logging.googleapis.com/trace': traceId };
  const line = { severity: SEVERITY[level], time: now(), service: 'gateway', message, ...rest, ...trace };
  waiting += `${JSON.stringify(line)}\n`;
  flush();
}

/**
 * Writes a line of the access log. It may wait 25 ms for others: a write for each request costs more than all else that
 * is done for its line. Nothing waits when the process ends, however it does but by SIGKILL.
 */
export function logAccess(record: AccessRecord): void {
  const { method, template, rpc, status, durationMs, requestId, traceId, bytes } = record;
  waiting +=
    `{"severity":"INFO","time":"${now()}","service":"gateway","message":"request","method":${JSON.stringify(method)}` +
    (template === undefined ? '' : `,"template":${JSON.stringify(template)}`) +
    (rpc === undefined ? '' : `,"rpc":${JSON.stringify(rpc)}`) +
    `,"status":${status},"durationMs":${durationMs},"requestId":${JSON.stringify(requestId)},"bytes":${bytes}` +
    (traceId === undefined ? '}\n' : `,"logging.googleapis.com/trace":${JSON.stringify(traceId)}}\n`);
  if (waiting.length > MAX_WAITING) flush();
  else timer ??= setTimeout(flush, WAIT_MS).unref();
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (waiting === '') return;
  const lines = waiting;
  waiting = '';
  process.stdout.write(lines);
}

/** As `toISOString`, which writes the date anew each time. */
function now(): string {
  const time = Date.now();
  const current = Math.floor(time / 1000);
  if (current !== second) {
    second = current;
    secondText = new Date(current * 1000).toISOString().slice(0, -4);
  }
  return `${secondText}${String(time % 1000).padStart(3, '0')}Z`;
}

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
    `{"severity":"INFO","time":"${now()}","service":"gateway","message":"request","method":${quoted(method)}` +
    (template === undefined ? '' : `,"template":${quoted(template)}`) +
    (rpc === undefined ? '' : `,"rpc":${quoted(rpc)}`) +
    `,"status":${status},"durationMs":${durationMs},"requestId":"${requestId}","bytes":${bytes}` +
    (traceId === undefined ? '}\n' : `,"logging.googleapis.com/trace":"${traceId}"}\n`);
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

const MAX_QUOTED = 1024;
const quotedTexts = new Map<string, string>();

/** The JSON of one of the few texts that every line has: methods, templates, rpcs. */
function quoted(text: string): string {
  let json = quotedTexts.get(text);
  if (json === undefined) {
    json = JSON.stringify(text);
    // A client may name any method, by X-HTTP-Method-Override.
    if (quotedTexts.size < MAX_QUOTED) quotedTexts.set(text, json);
  }
  return json;
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

// Sends hostile requests to a gateway for Kiban's API: npm run fuzz -- gateway [--seconds 120] [--seed n] [--mode strict]
//   [--json] [--write]  adds its line to docs/results/gateway-fuzz.md
// Exits 1 on a crash, a hang, or a 5xx that the backend did not send, and prints the request that caused it.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { createFileRegistry } from '@bufbuild/protobuf';
import { descriptorSet } from '@kiban/contracts';
import { createGateway, type GatewayMode } from '../src/index.ts';
import { FakeBackend } from './fake-backend.ts';
import { writeFuzzLine } from './fuzz-page.ts';
import { type Chooser, chooser, hostileRequest } from './fuzz-requests.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    mode: { type: 'string', default: 'espv2' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const WORKERS = 8;
const ANSWER_MS = 5_000;

const set = descriptorSet();
const backend = new FakeBackend(createFileRegistry(set));
const address = await backend.listen();
const gateway = createGateway({
  descriptorSet: set,
  services: ['kiban.bff.v1.BffService', 'kiban.recommendation.v1.PushService'],
  mode: values.mode as GatewayMode,
  backend: () => address,
  compress: true,
  etags: true,
  bodyIdleMs: 500,
  headersMs: 500,
  options: { maxRequestBodySize: 50_000, ignoreUnknownQueryParameters: values.mode !== 'transcoder' },
});
const port = await gateway.listen(0);
const templates = gateway.paths;

const statuses = new Map<string, number>();
let sent = 0;
let failure: string | undefined;
process.on('uncaughtException', (error) => report(`crash: ${error.stack}`, Buffer.alloc(0)));
process.on('warning', (warning) => report(`warning: ${warning.message}`, Buffer.alloc(0)));

const until = performance.now() + Number(values.seconds) * 1000;
const progress = setInterval(() => console.error(`${sent} requests`), 10_000);
await Promise.all(Array.from({ length: WORKERS }, (_, index) => work(chooser(Number(values.seed) + index))));
clearInterval(progress);
await gateway.close(0);
backend.close();
const table = [...statuses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([status, count]) => `${status}: ${count}`);
const { seed, seconds, mode, json, write } = values;
if (json) console.log(JSON.stringify({ seed, seconds, mode, sent, statuses: Object.fromEntries(statuses), failure }));
else console.log(`fuzz (seed ${seed}, ${mode}): ${sent} requests; ${table.join(', ')}`);
if (write) {
  const line = {
    mode,
    seed,
    seconds,
    sent,
    answers: table.join(', '),
    result: failure ? 'FAILED' : 'no crash, hang or 5xx',
  };
  writeFuzzLine(line);
}
if (failure) console.error(failure);
process.exit(failure ? 1 : 0);

async function work(choose: Chooser): Promise<void> {
  while (performance.now() < until && !failure) {
    const { bytes, cuts, halfClose } = hostileRequest(choose, templates);
    const answer = await exchange(bytes, cuts, halfClose);
    sent++;
    backend.received = [];
    backend.streams.length = 0;
    const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? answer;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 'hang' || status.startsWith('5')) report(`answered ${answer.slice(0, 400)}`, bytes);
  }
}

function report(problem: string, bytes: Buffer): void {
  failure ??= `${problem}\nrequest (base64): ${bytes.toString('base64').slice(0, 4000)}`;
}

/** The answer as text, `closed` when there is none, `hang` when nothing happens. */
function exchange(bytes: Buffer, cuts: readonly number[], halfClose: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const received: Buffer[] = [];
    const timer = setTimeout(() => finish('hang'), ANSWER_MS);
    const finish = (text: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      const text = Buffer.concat(received).toString('latin1');
      // The rest of an answer, or of a kept connection, is nobody's concern.
      const head = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
      if (head.includes('\r\n\r\n')) finish(head);
    });
    socket.once('error', () => finish(received.length ? Buffer.concat(received).toString('latin1') : 'closed'));
    socket.once('end', () => finish(received.length ? Buffer.concat(received).toString('latin1') : 'closed'));
    let from = 0;
    for (const cut of [...cuts, bytes.length]) {
      socket.write(bytes.subarray(from, cut));
      from = cut;
    }
    if (halfClose) socket.end();
  });
}

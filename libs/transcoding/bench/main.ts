// One paired run over the same backend: direct gRPC and through the gateway, one and 64 calls at a time:
//   npm run bench -- gateway [--seconds 4]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '4' } } });
const seconds = Number(values.seconds);

interface Measured {
  readonly calls: number;
  /** ms */
  readonly p50: number;
  readonly p99: number;
}

const backend = start('backend.ts');
const backendAddress = await addressOf(backend);
const gateway = start('gateway-process.ts', backendAddress);
const gatewayAddress = await addressOf(gateway);

console.log('| path | c | calls/s | p50 ms | p99 ms | gateway CPU µs/call |\n|---|---|---|---|---|---|');
await load(viaGateway(64), 64, 2); // warm
for (const concurrency of [1, 64]) {
  row('direct gRPC', concurrency, await load(direct(), concurrency, seconds));
  const before = await usage(gateway);
  const measured = await load(viaGateway(concurrency), concurrency, seconds);
  const after = await usage(gateway);
  row('gateway', concurrency, measured, (after.cpuMicros - before.cpuMicros) / measured.calls);
}
console.log(`gateway RSS ${((await usage(gateway)).rss / 2 ** 20).toFixed(0)} MB`);
backend.kill();
gateway.kill();
process.exit(0);

function start(file: string, ...args: string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), args, { execArgv: ['--conditions=@kiban/source'] });
}

async function addressOf(child: ChildProcess): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ address: string }];
  return message.address;
}

async function usage(child: ChildProcess): Promise<{ cpuMicros: number; rss: number }> {
  const answer = once(child, 'message');
  child.send('usage');
  return ((await answer) as [{ cpuMicros: number; rss: number }])[0];
}

function direct(): () => Promise<void> {
  const session = connect(`http://${backendAddress}`);
  const headers = {
    ':method': 'POST',
    ':path': '/kiban.bff.v1.BffService/ListArticles',
    'content-type': 'application/grpc',
    te: 'trailers',
  };
  return () =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers);
      stream.resume();
      stream.once('end', resolve);
      stream.once('error', reject);
      stream.end(Buffer.alloc(5));
    });
}

function viaGateway(concurrency: number): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  return () =>
    new Promise((resolve, reject) => {
      get(`http://${gatewayAddress}/v1/articles?pageSize=3`, { agent }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        response.resume();
        response.once('end', resolve);
      }).once('error', reject);
    });
}

async function load(call: () => Promise<void>, concurrency: number, forSeconds: number): Promise<Measured> {
  const latencies: number[] = [];
  const until = performance.now() + forSeconds * 1000;
  const worker = async () => {
    while (performance.now() < until) {
      const started = performance.now();
      await call();
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { calls: latencies.length, p50: at(0.5), p99: at(0.99) };
}

function row(name: string, concurrency: number, { calls, p50, p99 }: Measured, cpu?: number): void {
  const cells = [name, concurrency, Math.round(calls / seconds), p50.toFixed(2), p99.toFixed(2), cpu?.toFixed(0) ?? ''];
  console.log(`| ${cells.join(' | ')} |`);
}

// Runs inside the containers' network: node probe.mjs grpc|http <port> [wait ms]. Prints SERVING or what it got, and
// exits 0 once it is SERVING. Speaks gRPC over node:http2 itself: the images hold no client.
import http2 from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';

const [kind, port, wait = '20000'] = process.argv.slice(2);
const until = performance.now() + Number(wait);
let said = 'nothing';
do {
  said = await (kind === 'grpc' ? askGrpc() : askHttp()).catch((error) => error.message);
  if (said === 'SERVING') break;
  await sleep(20);
} while (performance.now() < until);
console.log(said);
process.exit(said === 'SERVING' ? 0 : 1);

async function askHttp() {
  const { status } = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1000) });
  return status === 200 ? 'SERVING' : `status ${status}`;
}

/** grpc.health.v1.Health/Check of "": an empty message; the answer's field 1 is 1 when SERVING. */
function askGrpc() {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      session.close();
      const answer = Buffer.concat(chunks);
      resolve(
        answer.length >= 7 && answer[5] === 8 && answer[6] === 1 ? 'SERVING' : `answer ${answer.toString('hex')}`,
      );
    });
    stream.end(Buffer.alloc(5));
  });
}

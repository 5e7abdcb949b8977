// What a proxy of Node's own parts costs that translates nothing: node:http in front, node:http2 behind, the bytes of the
// message sent on as they are: node pass-through-process.ts <backend>
import { createServer } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';

const session = connect(`http://${process.argv[2] ?? ''}`);
const HEADERS = {
  ':method': 'POST',
  ':path': '/kiban.bff.v1.BffService/ListArticles',
  'content-type': 'application/grpc',
  te: 'trailers',
};
const server = createServer({ keepAliveTimeout: 60_000 }, (_request, response) => {
  const stream = session.request(HEADERS);
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => {
    const body = Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
  stream.end(Buffer.alloc(5));
});
server.listen(0, '127.0.0.1', () => process.send?.({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` }));
process.once('disconnect', () => process.exit(0));

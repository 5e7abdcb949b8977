// A gRPC server that answers every call with the same list of articles, about 1 KB of JSON: node backend.ts
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { ListArticlesResponseSchema } from '@kiban/contracts/kiban/bff/v1';

const articles = Array.from({ length: 3 }, (_, index) => ({
  name: `articles/article-${index}`,
  title: 'CSS grid layout, an introduction',
  body: 'x'.repeat(150),
  tags: ['css', 'layout'],
  language: 'en',
  createTime: { seconds: 1_700_000_000n + BigInt(index), nanos: 0 },
  etag: '"0123456789abcdef"',
}));
const message = toBinary(ListArticlesResponseSchema, create(ListArticlesResponseSchema, { articles }));
const framed = Buffer.alloc(5 + message.length);
framed.writeUInt32BE(message.length, 1);
framed.set(message, 5);

const server = createServer();
server.on('stream', (stream: ServerHttp2Stream) => {
  stream.resume();
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(framed);
});
server.listen(0, '127.0.0.1', () => process.send?.({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` }));
process.once('disconnect', () => process.exit(0));

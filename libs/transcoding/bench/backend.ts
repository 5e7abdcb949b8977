// A gRPC server that answers every small call with the same list of articles, about 1 KB of JSON, and every other with one
// article, as if it had been made: node backend.ts
// It speaks HTTP/2 by hand, without reading a header: beside Node's own server it costs next to nothing, so what is
// measured is what stands in front of it.
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { ListArticlesResponseSchema } from '@kiban/contracts/kiban/bff/v1';
import { ArticleSchema } from '@kiban/contracts/kiban/content/v1';

const articles = Array.from({ length: 3 }, (_, index) => ({
  name: `articles/article-${index}`,
  title: 'CSS grid layout, an introduction',
  body: 'x'.repeat(150),
  tags: ['css', 'layout'],
  language: 'en',
  createTime: { seconds: 1_700_000_000n + BigInt(index), nanos: 0 },
  etag: '"0123456789abcdef"',
}));
/** https://www.rfc-editor.org/rfc/rfc9113#name-frame-format */
const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
const PING = 6;
const WINDOW_UPDATE = 8;
const PREFACE_BYTES = 24;
const END_STREAM = 1;
const END_HEADERS = 4;

function h2Frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

/** A header that is in no table, https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2 */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

// 0x88 is `:status: 200` of the static table.
const head = Buffer.concat([Buffer.from([0x88]), literal('content-type', 'application/grpc')]);

/** Makes the answer to each stream from one message. */
function answerWith(message: Uint8Array): (stream: number) => Buffer {
  const framed = Buffer.alloc(5 + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  const answer = Buffer.concat([
    h2Frame(HEADERS, END_HEADERS, 0, head),
    h2Frame(DATA, 0, 0, framed),
    h2Frame(HEADERS, END_HEADERS | END_STREAM, 0, literal('grpc-status', '0')),
  ]);
  const streamFields = [5, 9 + head.length + 5, 9 + head.length + 9 + framed.length + 5];
  return (stream) => {
    const bytes = Buffer.from(answer);
    for (const at of streamFields) bytes.writeUInt32BE(stream, at);
    return bytes;
  };
}

const SMALL_BYTES = 64;
const list = answerWith(toBinary(ListArticlesResponseSchema, create(ListArticlesResponseSchema, { articles })));
const article = answerWith(toBinary(ArticleSchema, create(ArticleSchema, articles[0])));

function update(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return h2Frame(WINDOW_UPDATE, 0, 0, payload);
}

const server = createServer((socket: Socket) => {
  let buffer: Buffer = Buffer.alloc(0);
  let preface = true;
  let taken = 0;
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.write(h2Frame(SETTINGS, 0, 0, Buffer.alloc(0)));
  socket.on('data', (chunk: Buffer) => {
    buffer = buffer.length ? Buffer.concat([buffer, chunk]) : chunk;
    const out: Buffer[] = [];
    if (preface && buffer.length >= PREFACE_BYTES) {
      buffer = buffer.subarray(PREFACE_BYTES);
      preface = false;
    }
    while (!preface && buffer.length >= 9) {
      const length = buffer.readUIntBE(0, 3);
      if (buffer.length < 9 + length) break;
      const type = buffer[3] as number;
      const flags = buffer[4] as number;
      const stream = buffer.readUInt32BE(5);
      if (type === DATA) taken += length;
      if ((type === DATA || type === HEADERS) && flags & END_STREAM) {
        out.push(type === DATA && length > SMALL_BYTES ? article(stream) : list(stream));
      }
      if (type === SETTINGS && !(flags & 1)) out.push(h2Frame(SETTINGS, 1, 0, Buffer.alloc(0)));
      else if (type === PING && !(flags & 1)) out.push(h2Frame(PING, 1, 0, buffer.subarray(9, 9 + length)));
      buffer = buffer.subarray(9 + length);
    }
    if (taken > 16_000) {
      out.push(update(taken));
      taken = 0;
    }
    if (out.length) socket.write(out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out));
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` }));
process.once('disconnect', () => process.exit(0));

import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface DnsServer {
  /** `127.0.0.1:port`, to put into `dns://{here}/name:port`. */
  address: string;
  close(): Promise<void>;
}

const TYPE_A = 1;
/** Header, and what every answer begins with: the name of the question (by pointer), A, IN, TTL 0, four bytes. */
const HEADER = 12;
const RECORD = [0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4];

/** Answers every name with the IPv4 addresses of the moment (https://www.rfc-editor.org/rfc/rfc1035#section-4). */
export async function startDns(addresses: () => string[]): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    let end = HEADER;
    while (query[end]) end += (query[end] ?? 0) + 1; // labels, up to the empty one
    end += 5; // that one, type and class
    const found = query.readUInt16BE(end - 4) === TYPE_A ? addresses() : [];
    const header = Buffer.alloc(HEADER);
    header.writeUInt16BE(query.readUInt16BE(0), 0); // id
    header.writeUInt16BE(0x8580, 2); // a response, authoritative, recursion asked for and available
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(found.length, 6);
    const records = found.map((address) => Buffer.from([...RECORD, ...address.split('.').map(Number)]));
    socket.send(Buffer.concat([header, query.subarray(HEADER, end), ...records]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((resolve) => socket.close(resolve)),
  };
}

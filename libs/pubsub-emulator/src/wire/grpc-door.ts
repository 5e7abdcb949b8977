import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Server, ServerCredentials, type UntypedHandleCall } from '@grpc/grpc-js';
import { Publisher, SchemaService, Subscriber } from '@kiban/contracts/google/pubsub/v1';
import { IAMPolicy } from '@kiban/contracts/google/iam/v1';
import { Health } from '@kiban/contracts/health/v1';
import { restDoor, type Served } from '../rest/rest-door.ts';
import type { Service } from '../service.ts';
import { Arrivals } from './arrivals.ts';
import { healthHandlers } from './health.ts';
import { iamHandlers } from './iam.ts';
import { onePort } from './one-port.ts';
import { readPublishRequest } from './publish-request.ts';
import { publisherHandlers, type Read } from './publisher.ts';
import { schemaHandlers } from './schema-service.ts';
import { serviceDefinition } from './service-definition.ts';
import { type PullStreamOutlet, streamingPull } from './streaming-pull.ts';
import { subscriberHandlers } from './subscriber.ts';
import { type Around, unaryHandlers } from './unary.ts';

/** Above the 10 MB a publish request may have, so that we can answer larger ones ourselves. */
const MAX_RECEIVE = 64 * 1024 * 1024;

export interface GrpcDoor {
  readonly port: number;
  /** `host:port`, for PUBSUB_EMULATOR_HOST. */
  readonly address: string;
  readonly streams: ReadonlySet<PullStreamOutlet>;
  close(): Promise<void>;
}

/** Serves the Pub/Sub API, over gRPC and REST. Clients split the host at ":", so the address must be IPv4. */
export async function openGrpcDoor(service: Service, host: string, port: number): Promise<GrpcDoor> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_RECEIVE,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_permit_without_calls': 1,
  });
  const streams = new Set<PullStreamOutlet>();
  let arrivals: Arrivals | undefined;
  const served = servedBy(service, async (peer) => arrivals?.read(peer));
  for (const each of served) {
    const streaming = {
      streamingPull: streamingPull(service.driver, service.faults, streams) as unknown as UntypedHandleCall,
    };
    server.addService(
      each.definition,
      each.service === Subscriber ? { ...each.handlers, ...streaming } : each.handlers,
    );
  }
  server.addService(serviceDefinition(Health), healthHandlers(served.map((each) => each.service.typeName)));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  arrivals = new Arrivals(server);
  let rest: HttpServer | undefined;
  const sockets = new Set<Socket>();
  const listener = onePort(
    (socket) => injector.injectConnection(socket),
    (socket) => (rest ??= restDoor(served)).emit('connection', socket),
  );
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, host, resolve);
  });
  const bound = (listener.address() as AddressInfo).port;
  return {
    port: bound,
    address: `${host}:${bound}`,
    streams,
    close: async () => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      server.forceShutdown();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function servedBy(service: Service, read: Read): Served[] {
  const around: Around = (method, run) => {
    const delay = service.faults.calling(method);
    if (delay) return delay.then(run);
    const result = run();
    return result instanceof Promise ? result : service.commit(() => result);
  };
  return [
    {
      service: Publisher,
      definition: serviceDefinition(Publisher, { publish: { request: readPublishRequest } }),
      handlers: unaryHandlers(Publisher, publisherHandlers(service, read), around),
    },
    {
      service: Subscriber,
      definition: serviceDefinition(Subscriber),
      handlers: unaryHandlers(Subscriber, subscriberHandlers(service), around),
    },
    {
      service: SchemaService,
      definition: serviceDefinition(SchemaService),
      handlers: unaryHandlers(SchemaService, schemaHandlers(service), around),
    },
    {
      service: IAMPolicy,
      definition: serviceDefinition(IAMPolicy),
      handlers: unaryHandlers(IAMPolicy, iamHandlers(service), around),
    },
  ];
}

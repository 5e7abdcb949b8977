import { Server, ServerCredentials, type UntypedHandleCall } from '@grpc/grpc-js';
import { Publisher, SchemaService, Subscriber } from '@kiban/contracts/google/pubsub/v1';
import { IAMPolicy } from '@kiban/contracts/google/iam/v1';
import { Health } from '@kiban/contracts/health/v1';
import type { Service } from '../service.ts';
import { healthHandlers } from './health.ts';
import { iamHandlers } from './iam.ts';
import { readPublishRequest } from './publish-request.ts';
import { publisherHandlers } from './publisher.ts';
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

/** Serves the Pub/Sub API. Clients split the host at ":", so the address must be IPv4. */
export async function openGrpcDoor(service: Service, host: string, port: number): Promise<GrpcDoor> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_RECEIVE,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_permit_without_calls': 1,
  });
  const streams = new Set<PullStreamOutlet>();
  const around: Around = (method, run) => {
    const delay = service.faults.calling(method);
    if (delay) return delay.then(run);
    const result = run();
    return result instanceof Promise ? result : service.commit(() => result);
  };
  server.addService(
    serviceDefinition(Publisher, { publish: { request: readPublishRequest } }),
    unaryHandlers(Publisher, publisherHandlers(service), around),
  );
  server.addService(serviceDefinition(Subscriber), {
    ...unaryHandlers(Subscriber, subscriberHandlers(service), around),
    streamingPull: streamingPull(service.driver, service.faults, streams) as unknown as UntypedHandleCall,
  });
  server.addService(serviceDefinition(SchemaService), unaryHandlers(SchemaService, schemaHandlers(service), around));
  server.addService(serviceDefinition(IAMPolicy), unaryHandlers(IAMPolicy, iamHandlers(service), around));
  server.addService(
    serviceDefinition(Health),
    healthHandlers([Publisher, Subscriber, SchemaService, IAMPolicy].map((each) => each.typeName)),
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, actual) =>
      error ? reject(error) : resolve(actual),
    );
  });
  return {
    port: bound,
    address: `${host}:${bound}`,
    streams,
    close: async () => {
      server.forceShutdown();
    },
  };
}

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { GrpcService, GrpcTransport, serviceDefinition } from '@kiban/grpc';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { reply } from './reply.ts';
import { stockDefinition } from './stock-definition.ts';

/** Starts a server on this port of 127.0.0.1. */
type Start = (port: number) => Promise<void>;

async function answer() {
  return reply();
}

/** A controller with every rpc, each of its own, as both kinds of Nest service need it. */
function controller(): new () => object {
  class Bench {}
  for (const { localName } of RecommendationService.methods) {
    Object.defineProperty(Bench.prototype, localName, { value: () => answer(), configurable: true, writable: true });
  }
  return Bench;
}

/** What stock Nest answers with: its own transport, messages by proto-loader (protobufjs). */
const stock: Start = async (port) => {
  const Bench = controller();
  for (const { name, localName } of RecommendationService.methods) {
    const property = Object.getOwnPropertyDescriptor(Bench.prototype, localName)!;
    GrpcMethod('RecommendationService', name)(Bench.prototype, localName, property);
  }
  Controller()(Bench);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    { module: class Root {}, controllers: [Bench] },
    {
      transport: Transport.GRPC,
      logger: false,
      options: {
        package: 'kiban.recommendation.v1',
        packageDefinition: stockDefinition(RecommendationService),
        url: `127.0.0.1:${port}`,
      },
    },
  );
  await app.listen();
};

/** The least that grpc-js can do with the messages that we use (protobuf-es). */
const raw: Start = async (port) => {
  const server = new Server();
  const handler = (_: unknown, respond: (error: null, value: unknown) => void) => {
    void answer().then((value) => respond(null, value));
  };
  const handlers = Object.fromEntries(RecommendationService.methods.map(({ name }) => [name, handler]));
  const definition = Object.entries(serviceDefinition(RecommendationService)).map(([name, method]) => {
    const { output } = RecommendationService.methods.find((each) => each.name === name)!;
    const responseSerialize = (value: unknown) =>
      Buffer.from(toBinary(output, create(output, value as MessageInitShape<typeof output>)).buffer);
    return [name, { ...method, responseSerialize }] as const;
  });
  server.addService(Object.fromEntries(definition), handlers);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
};

/** Ours: validated requests, a context for each call, rich errors, admission. */
const ours: Start = async (port) => {
  const Bench = controller();
  GrpcService(RecommendationService)(Bench as never);
  // No shedding: on a busy machine it refuses calls, which are cheaper than answers and would flatter us.
  const address = `127.0.0.1:${port}`;
  // The load client keeps the connections that it has, as the other servers let it.
  const channel = { 'grpc.max_connection_age_ms': 3_600_000 };
  const transport = new GrpcTransport({ services: [RecommendationService], address, shedLoad: false, channel });
  const module = { module: class Root {}, controllers: [Bench] };
  const app = await NestFactory.createMicroservice(module, { strategy: transport, logger: false });
  await app.listen();
};

export const servers: Record<string, Start> = { stock, raw, ours, control: ours };

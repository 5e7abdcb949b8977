import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { DescService } from '@bufbuild/protobuf';
import { type GrpcImpl, GrpcService, GrpcTransport, PassErrors, ServiceError } from '@kiban/grpc';

/** A real gRPC server whose answers the test decides, call by call. */
export interface ScriptedService<S extends DescService> {
  address: string;
  /** What each rpc does; replace one to change it. Rpcs that are missing answer UNAVAILABLE. */
  methods: Partial<GrpcImpl<S>>;
  /** Latency of every rpc from now on, ms; it passes whether or not the caller still waits. */
  latencyMs: number;
  /** Ends the server, and every connection to it, as a crash would. */
  kill(): Promise<void>;
  /** Serves again at the same address. */
  revive(): Promise<void>;
}

export async function scriptService<S extends DescService>(
  service: S,
  methods: Partial<GrpcImpl<S>>,
): Promise<ScriptedService<S>> {
  const scripted = { methods, latencyMs: 0 } as ScriptedService<S>;
  class Script {}
  for (const { localName } of service.methods) {
    Object.defineProperty(Script.prototype, localName, {
      configurable: true,
      writable: true,
      value: (request: unknown, call: unknown): unknown => {
        const method = (scripted.methods as Record<string, ((...args: unknown[]) => unknown) | undefined>)[localName];
        if (!method) throw ServiceError.unavailable(`${localName} is not scripted`);
        if (scripted.latencyMs === 0) return method(request, call);
        return new Promise((resolve) => setTimeout(resolve, scripted.latencyMs)).then(() => method(request, call));
      },
    });
  }
  GrpcService(service)(Script as Type<GrpcImpl<S>>);

  let stop: (() => Promise<void>) | undefined;
  const serve = async (port: number) => {
    const transport = new GrpcTransport({ services: [service], address: `127.0.0.1:${port}`, drainMs: 1 });
    const app = await NestFactory.createMicroservice(
      { module: Root, controllers: [Script] },
      { strategy: transport, logger: false },
    );
    app.useGlobalFilters(new PassErrors());
    await app.listen();
    stop = () => app.close();
    return transport.port;
  };
  const port = await serve(0);
  scripted.address = `127.0.0.1:${port}`;
  scripted.kill = async () => {
    await stop?.();
    stop = undefined;
  };
  scripted.revive = async () => {
    await serve(port);
  };
  return scripted;
}

class Root {}

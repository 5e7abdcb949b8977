import {
  type CanActivate,
  type ExceptionFilter,
  type INestMicroservice,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  createGrpcClient,
  type GrpcClient,
  type GrpcClientOptions,
  type GrpcImpl,
  GrpcService,
  GrpcTransport,
  type GrpcTransportOptions,
  PassErrors,
} from '@kiban/grpc';
import { DemoService } from './demo-service.ts';

type Implementation = GrpcImpl<typeof DemoService>;

export interface Demo {
  app: INestMicroservice;
  transport: GrpcTransport;
  address: string;
  client: GrpcClient<typeof DemoService>;
  connect(options?: GrpcClientOptions): GrpcClient<typeof DemoService>;
  stop(): Promise<void>;
}

export interface DemoOptions extends Partial<GrpcTransportOptions> {
  guards?: CanActivate[];
  interceptors?: NestInterceptor[];
  filters?: ExceptionFilter[];
}

/** Starts a server on a free port with some methods replaced, and a client of it. */
export async function startDemo(
  methods: Partial<Record<keyof Implementation, unknown>>,
  options: DemoOptions = {},
): Promise<Demo> {
  class DemoController {
    get(): unknown {
      return { title: 'got' };
    }
    read(): unknown {
      return { title: 'read' };
    }
    async *watch(): AsyncGenerator {}
    async collect(): Promise<unknown> {
      return {};
    }
    async *chat(): AsyncGenerator {}
  }
  Object.assign(DemoController.prototype, methods);
  GrpcService(DemoService)(DemoController as Type<Implementation>);
  const { guards = [], interceptors = [], filters = [], ...transportOptions } = options;
  const transport = new GrpcTransport({ services: [DemoService], address: '127.0.0.1:0', ...transportOptions });
  const module = { module: class DemoModule {}, controllers: [DemoController] };
  const app = await NestFactory.createMicroservice(module, { strategy: transport, logger: false });
  app.useGlobalGuards(...guards);
  app.useGlobalInterceptors(...interceptors);
  app.useGlobalFilters(new PassErrors(), ...filters);
  await app.listen();
  const address = `127.0.0.1:${transport.port}`;
  const clients: GrpcClient<typeof DemoService>[] = [];
  const connect = (clientOptions: GrpcClientOptions = {}) => {
    const client = createGrpcClient(DemoService, address, {
      ...clientOptions,
      channel: { 'grpc.use_local_subchannel_pool': 1, ...clientOptions.channel },
    });
    clients.push(client);
    return client;
  };
  const stop = async () => {
    for (const client of clients) client.close();
    await app.close();
  };
  return { app, transport, address, client: connect(), connect, stop };
}

export const REQUEST = { name: 'articles/1' };

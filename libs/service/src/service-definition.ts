import type { DescService } from '@bufbuild/protobuf';
import type { DynamicModule, Type } from '@nestjs/common';
import type * as z from 'zod';
import type { ConfigOf } from './config.ts';
import type { Runtime } from './runtime.ts';

/** What makes one service out of the common parts. */
export interface ServiceDefinition<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** Name in logs, metrics and traces. */
  name: string;
  /** Environment variables that this service reads, as zod types, besides the common ones. */
  config: Shape;
  /** The Nest module; may open what it needs (and register onReady and onDrain for it). */
  module: (config: ConfigOf<Shape>, runtime: Runtime) => Type | DynamicModule | Promise<Type | DynamicModule>;
  /** What is served; every rpc needs a handler and an @Allow. */
  services: readonly DescService[];
  /** Run instead of serving by `node main.mjs <name>`, for example `migrate`. */
  commands?: Record<string, (config: ConfigOf<Shape>, runtime: Runtime) => Promise<void> | void>;
}

import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { Controller, type PipeTransform } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { CallContext } from './call-context.ts';
import { methodPath, streamsRequests } from './service-definition.ts';
import { assertValid } from './validate.ts';

/** Marks our patterns, so that another transport in the same application leaves them alone. */
export const GRPC_TRANSPORT: unique symbol = Symbol('kiban-grpc');

type Request<M extends DescMethod> = MessageShape<M['input']>;
type Response<M extends DescMethod> = MessageInitShape<M['output']>;
type Handler<M extends DescMethod> = M['methodKind'] extends 'unary'
  ? (request: Request<M>, context: CallContext) => Promise<Response<M>> | Response<M>
  : M['methodKind'] extends 'server_streaming'
    ? (request: Request<M>, context: CallContext) => AsyncIterable<Response<M>>
    : M['methodKind'] extends 'client_streaming'
      ? (requests: AsyncIterable<Request<M>>, context: CallContext) => Promise<Response<M>>
      : (requests: AsyncIterable<Request<M>>, context: CallContext) => AsyncIterable<Response<M>>;

/** What a class has to implement to serve S: async functions for single answers, async generators for streams. */
export type GrpcImpl<S extends DescService> = { [K in keyof S['method']]: Handler<S['method'][K]> };

const SERVED = new WeakMap<object, DescService>();

/** The service that a class was decorated to serve. */
export function servedBy(type: object): DescService | undefined {
  return SERVED.get(type);
}

/**
 * Serves a proto service with a Nest controller. A missing or mistyped method does not compile; one that is missing
 * nevertheless stops the program here, while the class is defined.
 */
export function GrpcService<S extends DescService>(service: S) {
  // never[]: the constructor takes whatever Nest injects.
  return (target: abstract new (...injected: never[]) => GrpcImpl<S>): void => {
    Controller()(target);
    SERVED.set(target, service);
    const served = new Map<unknown, string>();
    for (const method of service.methods) {
      const property = Object.getOwnPropertyDescriptor(target.prototype, method.localName);
      if (typeof property?.value !== 'function') {
        throw new TypeError(
          `${target.name} serves ${service.typeName} but has no method ${method.localName} (rpc ${method.name}): ` +
            `write it, or correct its spelling. Its methods: ${methodsOf(target).join(', ') || 'none'}.`,
        );
      }
      const twin = served.get(property.value);
      if (twin) {
        throw new TypeError(
          `${target.name}.${method.localName} and ${target.name}.${twin} are the same function, and Nest keeps one pattern ` +
            'for each function: write a method for each rpc.',
        );
      }
      served.set(property.value, method.localName);
      MessagePattern(methodPath(method), GRPC_TRANSPORT)(target.prototype, method.localName, property);
      // A pipe runs behind the guards: who may not call learns nothing about the request.
      if (streamsRequests(method)) Payload()(target.prototype, method.localName, 0);
      else Payload(new Validation(method))(target.prototype, method.localName, 0);
      Ctx()(target.prototype, method.localName, 1);
    }
  };
}

class Validation implements PipeTransform {
  readonly #method: DescMethod;
  constructor(method: DescMethod) {
    this.#method = method;
  }
  transform(value: MessageShape<DescMethod['input']>) {
    assertValid(this.#method.input, value);
    return value;
  }
}

function methodsOf(target: { prototype: object }): string[] {
  return Object.getOwnPropertyNames(target.prototype).filter((name) => name !== 'constructor');
}

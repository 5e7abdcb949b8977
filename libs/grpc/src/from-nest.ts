import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { Code } from '@kiban/contracts/google/rpc';
import { ServiceError } from './service-error.ts';

/** The ServiceError for what came out of Nest's pipeline: guards that said no, exceptions of Nest, anything else. */
export function fromNest(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (isForbidden(error)) return ServiceError.permissionDenied('A guard refused the call.');
  if (error instanceof HttpException) return fromHttp(error);
  return ServiceError.from(error);
}

/** A guard that returns false makes Nest throw this, unchanged or through its default filter. */
function isForbidden(error: unknown): boolean {
  const thrown: unknown = error instanceof RpcException ? error.getError() : error;
  const message = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown;
  return message === 'Forbidden resource';
}

/** Pipes and guards of Nest's own packages throw HTTP exceptions. */
function fromHttp(error: HttpException): ServiceError {
  const code = CODE_OF_HTTP[error.getStatus()];
  return code === undefined ? ServiceError.internal(error) : new ServiceError(code, error.message, { cause: error });
}

const CODE_OF_HTTP: Partial<Record<number, Code>> = {
  400: Code.INVALID_ARGUMENT,
  401: Code.UNAUTHENTICATED,
  403: Code.PERMISSION_DENIED,
  404: Code.NOT_FOUND,
  409: Code.ABORTED,
  412: Code.FAILED_PRECONDITION,
  429: Code.RESOURCE_EXHAUSTED,
  503: Code.UNAVAILABLE,
};

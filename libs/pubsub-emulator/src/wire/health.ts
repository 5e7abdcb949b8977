import type { ServerWritableStream, UntypedHandleCall } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import {
  Health,
  type HealthCheckRequest,
  HealthCheckResponse_ServingStatus as Serving,
} from '@kiban/contracts/health/v1';
import { PubSubError } from '../core/errors.ts';
import { unaryHandlers } from './unary.ts';

/** grpc.health.v1: serving from the first answer to the last. */
export function healthHandlers(services: readonly string[]): Record<string, UntypedHandleCall> {
  const known = new Set(['', ...services]);
  const unary = unaryHandlers(
    Health,
    {
      check: (request) => {
        if (!known.has(request.service))
          throw new PubSubError(status.NOT_FOUND, `Unknown service "${request.service}".`);
        return { status: Serving.SERVING };
      },
      list: () => ({ statuses: Object.fromEntries([...known].map((name) => [name, { status: Serving.SERVING }])) }),
    },
    (_method, run) => run(),
  );
  const watch = (call: ServerWritableStream<HealthCheckRequest, unknown>): void => {
    call.write({ status: known.has(call.request.service) ? Serving.SERVING : Serving.SERVICE_UNKNOWN });
  };
  return { ...unary, watch: watch as UntypedHandleCall };
}

import { Inject } from '@nestjs/common';
import type { PushRequest } from '@kiban/contracts/kiban/events/v1';
import { PushService } from '@kiban/contracts/kiban/recommendation/v1';
import { PushError, PushReceiver } from '@kiban/events';
import { type CallContext, type GrpcImpl, GrpcService, ServiceError } from '@kiban/grpc';
import { Allow } from '@kiban/service';

/** Takes what Pub/Sub pushes. */
@GrpcService(PushService)
export class PushController implements GrpcImpl<typeof PushService> {
  readonly #receiver: PushReceiver;

  constructor(@Inject(PushReceiver) receiver: PushReceiver) {
    this.#receiver = receiver;
  }

  // Public for the guard: the token is Google's, not of our users, and the receiver checks it.
  @Allow('public')
  async deliver(request: PushRequest, { metadata }: CallContext) {
    const [authorization] = metadata.get('authorization');
    try {
      await this.#receiver.deliver(request, typeof authorization === 'string' ? authorization : undefined);
      return {};
    } catch (error) {
      throw refusal(error);
    }
  }
}

function refusal(error: unknown): unknown {
  if (!(error instanceof PushError)) return error;
  const { reason, message } = error;
  if (reason === 'unauthenticated') return ServiceError.unauthenticated(message, { cause: error });
  if (reason === 'forbidden') return ServiceError.permissionDenied(message, { cause: error });
  if (reason === 'malformed') return ServiceError.invalidArgument([{ field: 'message', description: message }]);
  return ServiceError.unavailable(message, { cause: error });
}

import type { PushRequest } from '@kiban/contracts/kiban/events/v1';
import { type PubSubConnection, type ResourceNames, resourceNames } from '@kiban/pubsub';
import type { Dispatcher, Outcome } from '../consumer/dispatcher.ts';
import type { Queryable } from '../queryable.ts';
import { type PushAuth, verifyPushToken } from './push-auth.ts';
import { PushError } from './push-error.ts';

export interface PushReceiverOptions extends PubSubConnection {
  /** Who may push. Without it every push is refused; `'trusted-network'` accepts all and is for tests. */
  readonly auth?: PushAuth | 'trusted-network' | undefined;
}

/** Serves pushed subscriptions with the same handlers that pull uses. */
export class PushReceiver {
  readonly #names: ResourceNames;
  readonly #auth: PushReceiverOptions['auth'];
  #dispatcher: Pick<Dispatcher<Queryable>, 'dispatch'> | undefined;

  constructor(options: PushReceiverOptions) {
    this.#names = resourceNames(options);
    this.#auth = options.auth;
  }

  /** Called by EventsModule once handlers are known. */
  serve(dispatcher: Pick<Dispatcher<Queryable>, 'dispatch'>): void {
    this.#dispatcher = dispatcher;
  }

  /**
   * Handles one push. Returning acknowledges it (also a duplicate and a message that was buried).
   * @param authorization value of the header, `Bearer ...`
   * @throws PushError `unauthenticated`, `forbidden`, `not-ready` or `handler-failed`; each makes Pub/Sub deliver again
   */
  async deliver(request: PushRequest, authorization: string | undefined): Promise<Outcome> {
    if (this.#auth !== 'trusted-network') await verifyPushToken(this.#auth, authorization);
    if (this.#dispatcher === undefined) throw new PushError('not-ready', 'this service is starting; try again');
    const { message } = request;
    if (message === undefined) throw new PushError('malformed', 'the push has no message');
    try {
      return await this.#dispatcher.dispatch({
        subscription: this.#names.short(request.subscription),
        messageId: message.messageId,
        orderingKey: message.orderingKey,
        data: message.data,
        attributes: message.attributes,
      });
    } catch (cause) {
      throw new PushError('handler-failed', 'the event could not be handled now; deliver it again', { cause });
    }
  }
}

import type { EventDefinition, EventOf } from '../define-event.ts';

export interface OnEventOptions {
  /** Declared subscription name, without prefix. */
  readonly subscription: string;
  /** Attempts before the event goes to inbox_dead and its key goes on. Default: never; the key waits for a fix. */
  readonly deadLetterAfter?: number;
}

export interface EventRoute extends OnEventOptions {
  readonly event: EventDefinition;
}

const routes = new WeakMap<object, EventRoute[]>();

/**
 * Marks a method of a Nest provider as the handler of an event. The same method serves pull and push; it runs in the
 * transaction that remembers the event, one at a time per ordering key. Throwing redelivers the event and those behind it.
 * @example @OnEvent(ArticlePublished, { subscription: 'similarity-article' })
 *          async index(event: EventOf<typeof ArticlePublished>, { tx }: EventContext) { ... }
 */
export function OnEvent<E extends EventDefinition>(event: E, options: OnEventOptions) {
  // `never`: the schema in a handler's EventContext is its own affair.
  return <Method extends (message: EventOf<E>, context: never) => Promise<void>>(
    _target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const method = descriptor.value;
    if (method !== undefined) routes.set(method, [...(routes.get(method) ?? []), { ...options, event }]);
  };
}

/** The routes that `@OnEvent` gave a method. */
export function routesOf(method: unknown): readonly EventRoute[] {
  return typeof method === 'function' ? (routes.get(method) ?? []) : [];
}

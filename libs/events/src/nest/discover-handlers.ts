import type { DiscoveryService } from '@nestjs/core';
import type { EventHandler } from '../consumer/event-handler.ts';
import { routesOf } from './on-event.ts';

/** The `@OnEvent` methods of all providers of the application, ready to run. */
export function discoverHandlers(discovery: DiscoveryService): EventHandler<never>[] {
  const handlers: EventHandler<never>[] = [];
  const seen = new Set<object>();
  for (const { instance } of discovery.getProviders() as { instance?: unknown }[]) {
    if (typeof instance !== 'object' || instance === null || seen.has(instance)) continue;
    seen.add(instance);
    for (const method of methodsOf(instance)) {
      for (const route of routesOf(method)) {
        handlers.push({
          event: route.event,
          subscription: route.subscription,
          deadLetterAfter: route.deadLetterAfter,
          handle: async (message, context) => {
            await (method as (message: unknown, context: unknown) => Promise<void>).call(instance, message, context);
          },
        });
      }
    }
  }
  return handlers;
}

function* methodsOf(instance: object): Generator {
  let prototype: unknown = Object.getPrototypeOf(instance);
  while (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof descriptor.value === 'function') yield descriptor.value;
    }
    prototype = Object.getPrototypeOf(prototype);
  }
}

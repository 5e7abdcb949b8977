import { PushCancelledSchema, PushScheduledSchema } from '@kiban/contracts/kiban/events/v1';
import { defineEvent } from '../define-event.ts';

/** A push notification to many readers will be sent. Topic `push`, ordered by push. */
export const PushScheduled = defineEvent(PushScheduledSchema, { topic: 'push', key: (event) => event.pushId });

/** A push notification that was announced will not be sent. Topic `push`, ordered by push. */
export const PushCancelled = defineEvent(PushCancelledSchema, { topic: 'push', key: (event) => event.pushId });

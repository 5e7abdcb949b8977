import { InteractionRecordedSchema, UserErasedSchema } from '@kiban/contracts/kiban/events/v1';
import { defineEvent } from '../define-event.ts';

/** A reader did something with an article. Topic `interaction`, ordered by reader. */
export const InteractionRecorded = defineEvent(InteractionRecordedSchema, {
  topic: 'interaction',
  key: (event) => event.userId,
});

/** A reader is to be forgotten. Topic `interaction`, ordered by reader. */
export const UserErased = defineEvent(UserErasedSchema, { topic: 'interaction', key: (event) => event.userId });

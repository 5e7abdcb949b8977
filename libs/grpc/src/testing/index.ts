export { type Refusal, refusal } from './refusal.ts';

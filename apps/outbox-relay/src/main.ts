import { bootstrapService } from '@kiban/service';
import { outboxRelay } from './definition.ts';

await bootstrapService(outboxRelay);

import { bootstrapService } from '@kiban/service';
import { contentService } from './service.ts';

await bootstrapService(contentService);

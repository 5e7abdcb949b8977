import { bootstrapService } from '@kiban/service';
import { bffService } from './service.ts';

await bootstrapService(bffService);

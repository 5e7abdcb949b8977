import 'reflect-metadata';
import { bootstrapService } from '@kiban/service';
import { similarityService } from './similarity.service.ts';

await bootstrapService(similarityService);

import 'reflect-metadata';
import { bootstrapService } from '@kiban/service';
import { recommendationService } from './recommendation.service.ts';

await bootstrapService(recommendationService);

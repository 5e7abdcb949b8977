// The demo as a process: what apps/*/src/main.ts look like.
import { bootstrapService } from '../src/index.ts';
import { demoService } from './demo.ts';

await bootstrapService({
  ...demoService,
  module: (config, runtime) => {
    if (process.env['DEMO_REJECT']) setTimeout(() => void Promise.reject(new Error('forgotten')), 100);
    if (process.env['DEMO_WAIT']) runtime.onReady('a part that never comes', () => Promise.reject(new Error('down')));
    return demoService.module(config, runtime);
  },
  commands: { migrate: (_, { logger }) => logger.info('migrated') },
});

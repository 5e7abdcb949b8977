// One consumer as a process of its own, to be killed: node consumer-process.ts <database url> <emulator> <subscription>
import { createDatabase } from '@kiban/database';
import { startConsumer } from '@kiban/pubsub';
import { consumerMetrics } from '../src/consumer/consumer-metrics.ts';
import { Dispatcher } from '../src/consumer/dispatcher.ts';
import { keepCompiled } from './keep-compiled.ts';
import { effectHandler } from './effects.ts';

const [url = '', emulatorHost = '', subscription = ''] = process.argv.slice(2);
const database = createDatabase({ url, max: 8, onError: () => undefined });
const dispatcher = new Dispatcher(database, [effectHandler(subscription)], consumerMetrics());
await startConsumer({
  emulatorHost,
  subscription,
  async handle(message) {
    const outcome = await dispatcher.dispatch({ ...message, subscription });
    if (outcome === 'duplicate') await database.query('INSERT INTO dropped VALUES ($1)', [message.attributes['ce-id']]);
    // The parent kills consumers at work, not those that still start.
    process.send?.('handled');
  },
});
process.send?.('ready');
keepCompiled();
process.on('disconnect', () => process.exit(0));

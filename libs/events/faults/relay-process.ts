// One relay as a process of its own, to be killed: node relay-process.ts <mode> <database url> <broker> <name>
// The library's files are imported directly: the door would load Nest, and every kill pays for the start.
import { createPublisher } from '@kiban/pubsub';
import { createRelay } from '../src/relay/relay.ts';
import { keepCompiled } from './keep-compiled.ts';
import { runNaiveRelay } from './naive-relays.ts';

const [mode = 'kiban', url = '', emulatorHost = '', name = ''] = process.argv.slice(2);
const publisher = createPublisher({ project: name, emulatorHost });
if (mode === 'skip-locked' || mode === 'cursor') {
  void runNaiveRelay(mode, { url, name, publisher });
} else {
  createRelay({
    databases: [{ name, url }],
    publisher,
    listen: mode !== 'pooled',
    batch: 100,
    vacuumEvery: 10_000,
    retryMs: { first: 50, last: 1_000 },
    log: {
      info: () => undefined,
      warn: (fields, text) => process.env['DEBUG'] && console.error(text, fields),
      error: console.error,
    },
  });
}
process.send?.('ready');
keepCompiled();
process.on('disconnect', () => process.exit(0));

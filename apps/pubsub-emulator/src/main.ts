import { readFileSync } from 'node:fs';
import { parseSetup, startPubSubEmulator } from '@kiban/pubsub-emulator';
import { type Options, readOptions, USAGE } from './options.ts';

function optionsOrExit(): Options {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    process.exit(0);
  }
  try {
    return readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

const options = optionsOrExit();
try {
  const { setupFile, stateDir, ...rest } = options;
  const emulator = await startPubSubEmulator({
    ...rest,
    ...(stateDir === undefined ? {} : { stateDir }),
    ...(setupFile === undefined ? {} : { setup: parseSetup(readFileSync(setupFile, 'utf8')) }),
  });
  const stop = async (): Promise<void> => {
    await emulator.close();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  // A parent that died cannot stop us any more: go with it.
  process.once('disconnect', () => void stop());
  if (process.send)
    process.send({ event: 'ready', service: 'pubsub-emulator', grpc: emulator.host, ops: emulator.admin });
  else {
    console.log(`Pub/Sub on ${emulator.host}: export PUBSUB_EMULATOR_HOST=${emulator.host}`);
    console.log(
      `Admin page on http://${emulator.admin}; state ${stateDir === undefined ? 'in memory' : `in ${stateDir}`}`,
    );
  }
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const hint =
    code === 'EADDRINUSE' || message.includes('EADDRINUSE')
      ? ' Another process has the port: choose one with --port and --admin-port.'
      : '';
  console.error(`pubsub-emulator does not start: ${message}.${hint}`);
  process.exit(1);
}

// Jest's globalTeardown: ends the platform of start-platform.mjs in order and deletes its state.
import { rmSync } from 'node:fs';

export default async function stopPlatform() {
  const { platform, state, collector } = globalThis.kibanUnderTest;
  // 'close', not 'exit': npm ends before the runner does, which holds the pipe until everything has ended.
  const ended = new Promise((done) => platform.once('close', done));
  if (platform.exitCode === null && platform.signalCode === null) {
    process.kill(-Number(platform.pid), 'SIGINT');
    await ended;
  }
  collector.close();
  rmSync(state, { recursive: true, force: true });
}

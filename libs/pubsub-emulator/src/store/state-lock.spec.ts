import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lockState } from './state-lock.ts';

test('a living process keeps the folder, a dead one does not', () => {
  const dir = mkdtempSync(join(tmpdir(), 'pubsub-lock-'));
  writeFileSync(join(dir, 'pubsub.lock'), String(process.ppid));
  expect(() => lockState(dir)).toThrow(`process ${process.ppid}`);
  writeFileSync(join(dir, 'pubsub.lock'), '4194304');
  const unlock = lockState(dir);
  unlock();
  rmSync(dir, { recursive: true });
});

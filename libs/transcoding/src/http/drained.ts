import type { Writable } from 'node:stream';

/** Resolves when a stream that is full takes more, or will never. Leaves no listener behind: a stream may fill often. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.on('drain', settle).on('close', settle);
  });
}

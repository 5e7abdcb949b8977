import { LogFile } from './log-file.ts';

/** What may be copied at once when the new log takes over (bytes): a millisecond's worth. */
const LITTLE = 256 * 1024;

export interface Rewriting {
  /** The log in use; records go on being appended to it meanwhile. */
  readonly log: LogFile;
  /** The state as it was when `log` had its present size. */
  readonly records: Iterable<Buffer>;
  /** Asked between steps: true ends it. */
  readonly stopped: () => boolean;
}

/**
 * Writes a state, and what was appended to the log since, to a new file, a record at a time between other work. The
 * rest, at most 256 KB, is left to the caller, who appends from `copied` on and puts the new file in the place of the
 * old one. undefined when it was stopped; a crash leaves the old log as it is.
 */
export async function rewriteLog(
  rewriting: Rewriting,
): Promise<{ next: LogFile; copied: number; checkpointSize: number } | undefined> {
  const { log, records, stopped } = rewriting;
  const next = new LogFile(`${log.path}.new`);
  let copied = log.size;
  try {
    for (const record of records) {
      if (stopped()) return abandon(next);
      await next.appendAsync(record);
    }
    const checkpointSize = next.size;
    await next.sync();
    while (log.size - copied > LITTLE) {
      if (stopped()) return abandon(next);
      copied = await next.appendFrom(log, copied, log.size);
    }
    return stopped() ? abandon(next) : { next, copied, checkpointSize };
  } catch (error) {
    next.close();
    throw error;
  }
}

function abandon(next: LogFile): undefined {
  next.close();
}

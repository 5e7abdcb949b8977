/** Why the embedded server could not be started; the message says the same in a sentence with the next step. */
export type PostgresFailure =
  | 'unsupported-platform'
  | 'no-system-user'
  | 'binaries-unusable'
  | 'not-ours'
  | 'wrong-version'
  | 'password-missing'
  | 'already-running'
  | 'port-in-use'
  | 'disk-full'
  | 'not-writable'
  | 'did-not-start';

/** A failure of the embedded server. `message` is meant for the person at the terminal. */
export class PostgresError extends Error {
  readonly reason: PostgresFailure;
  /** The last lines the server or initdb wrote, when there are any. */
  readonly output: string;

  constructor(reason: PostgresFailure, message: string, options: { output?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PostgresError';
    this.reason = reason;
    this.output = options.output ?? '';
  }

  /** Finds the reason in what initdb or the server wrote (their messages are English: LC_ALL=C). */
  static fromOutput(output: string, what: string, place: { directory: string; port?: number }): PostgresError {
    const tail = lastLines(output, 20);
    if (/No space left on device|Disk quota exceeded/i.test(output)) return diskFull(place.directory, { output: tail });
    if (
      /could not bind .*(Address already in use|Permission denied)|could not create any TCP\/IP sockets/i.test(output)
    )
      return new PostgresError(
        'port-in-use',
        `PostgreSQL cannot listen on 127.0.0.1:${place.port}: another program holds the port. Stop it or choose another port (0 picks a free one).`,
        { output: tail },
      );
    if (/lock file "postmaster\.pid" already exists/i.test(output))
      return new PostgresError('already-running', `Another PostgreSQL is using ${place.directory}. Stop it first.`, {
        output: tail,
      });
    const fatal = /(?:FATAL|PANIC|error):\s*(.+)/i.exec(output)?.[1] ?? lastLines(output, 1);
    return new PostgresError(
      'did-not-start',
      `${what} failed: ${fatal || 'it wrote nothing'}. If it happens again, delete ${place.directory} to begin with an empty database.`,
      { output: tail },
    );
  }

  /** Turns an error of the file system into a typed one where the reader can do something about it. */
  static fromFileSystem(error: unknown, directory: string): unknown {
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(directory, { cause: error });
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      return new PostgresError(
        'not-writable',
        `PostgreSQL's files in ${directory} cannot be written by this user (${code}). Was it made by root before? Change its owner, or delete it.`,
        { cause: error },
      );
    return error;
  }
}

function diskFull(directory: string, options: { output?: string; cause?: unknown }): PostgresError {
  return new PostgresError(
    'disk-full',
    `The disk is full: PostgreSQL cannot write to ${directory}. Free at least 100 MB and start again; nothing is lost.`,
    options,
  );
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

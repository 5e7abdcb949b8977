import { parseArgs } from 'node:util';
import { applyTopology, type PubSubConnection } from '@kiban/pubsub';
import { createDatabase, type Database } from '@kiban/database';
import { topology } from '../src/catalog/topology.ts';
import { inboxCommands } from './inbox-commands.ts';
import { outboxCommands } from './outbox-commands.ts';

export const HELP = `npm run events -- <command> [--service content|recommendation|similarity] [--url postgres://...]
  apply                          make topics and subscriptions as declared in libs/events/src/catalog
  outbox status                  what waits, how old the oldest is, blocked keys, dead events
  outbox keys                    ordering keys held back, with the event at fault and the reason
  outbox show <event id>         one waiting or dead event, its payload decoded
  outbox drop <event id>         delete one waiting or dead event for ever; its key goes on
  outbox retry <ordering key>    try a held key again now
  outbox dead ls                 events that Pub/Sub refused
  outbox dead replay <id>|--all  put them back into the outbox, behind the waiting events of their key
  outbox vacuum                  VACUUM and REINDEX CONCURRENTLY
  inbox dead ls                  messages no handler could take
  inbox dead show <number>       one of them, its payload decoded
  inbox dead replay <number>|--all  publish them again; subscriptions that had them drop the repetition
  inbox dead drop <number>       delete one for ever
The database is --url, or DATABASE_URL_<SERVICE>; Pub/Sub is PUBSUB_EMULATOR_HOST or Google, PUBSUB_PROJECT, PUBSUB_PREFIX.`;

/** What a command gets. */
export interface CommandContext {
  readonly database: Database<unknown>;
  readonly pubsub: PubSubConnection;
  /** The argument after the command: an id, a number or a key. */
  readonly subject: string | undefined;
  readonly all: boolean;
  readonly print: (line: string) => void;
}

/** A command; its errors are for the person who typed it. */
export type Command = (context: CommandContext) => Promise<void>;

/** A mistake of the user's: printed without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns the exit code: 0, 1 when the command failed, 2 when it was not understood */
export async function runCli(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        service: { type: 'string', default: 'content' },
        url: { type: 'string' },
        all: { type: 'boolean', default: false },
      },
    });
    const pubsub = {
      project: env['PUBSUB_PROJECT'],
      prefix: env['PUBSUB_PREFIX'],
      emulatorHost: env['PUBSUB_EMULATOR_HOST'],
    };
    if (positionals.join(' ') === 'apply') {
      for (const { resource, action } of await applyTopology(topology, pubsub))
        print(`${action.padEnd(9)} ${resource}`);
      return 0;
    }
    const { command, subject } = findCommand(positionals);
    const variable = `DATABASE_URL_${values.service.toUpperCase()}`;
    const url = values.url ?? env[variable];
    if (url === undefined) throw new UsageError(`${variable} is not set; set it or give --url postgres://...`);
    const database = createDatabase({ url, max: 2, applicationName: 'kiban-events-cli', statementTimeoutMs: 0 });
    try {
      await command({ database, pubsub, subject, all: values.all, print });
    } finally {
      await database.close();
    }
    return 0;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function findCommand(words: readonly string[]): { command: Command; subject: string | undefined } {
  const commands: Readonly<Record<string, Command>> = { ...outboxCommands, ...inboxCommands };
  for (const length of [3, 2]) {
    const command = commands[words.slice(0, length).join(' ')];
    if (command !== undefined && words.length <= length + 1) return { command, subject: words[length] };
  }
  throw new UsageError(HELP);
}

/** The argument of a command that needs one. @throws UsageError */
export function required(subject: string | undefined, what: string): string {
  if (subject === undefined) throw new UsageError(`this command needs ${what}\n\n${HELP}`);
  return subject;
}

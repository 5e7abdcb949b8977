import { createPublisher } from '@kiban/pubsub';
import { topology } from '../src/catalog/topology.ts';
import { describePayload } from './describe-payload.ts';
import { type Command, type CommandContext, required, UsageError } from './run-cli.ts';

interface DeadMessage {
  readonly id: string;
  readonly subscription: string;
  readonly topic: string | null;
  readonly ordering_key: string;
  readonly payload: Buffer;
  readonly attributes: Record<string, string>;
  readonly reason: string;
  readonly error: string;
}

const deadList: Command = async (context) => {
  const rows = await find(context.database, undefined);
  for (const row of rows) {
    context.print(`${row.id}  ${row.subscription} ${row.ordering_key}  ${row.reason}  ${row.error}`);
  }
  if (rows.length === 0) context.print('no dead messages');
};

const deadShow: Command = async ({ database, subject, print }) => {
  const row = await findOne(database, subject);
  print(`${row.id}  ${row.subscription} ${row.ordering_key}  ${row.reason}: ${row.error}`);
  for (const [name, value] of Object.entries(row.attributes)) print(`  ${name}: ${value}`);
  print(describePayload(row.attributes, row.payload));
};

/** Through Pub/Sub: the handlers run where they always run, and subscriptions that had the event drop the repetition. */
const deadReplay: Command = async ({ database, pubsub, subject, all, print }) => {
  const rows = all ? await find(database, undefined) : [await findOne(database, subject)];
  const publisher = createPublisher(pubsub);
  try {
    for (const row of rows) {
      const message = { data: row.payload, attributes: row.attributes, orderingKey: row.ordering_key };
      await publisher.publish(topicOf(row), [message]);
      await database.query('DELETE FROM inbox_dead WHERE id = $1', [row.id]);
    }
  } finally {
    await publisher.close();
  }
  print(`${rows.length} published again`);
};

const deadDrop: Command = async ({ database, subject, print }) => {
  const row = await findOne(database, subject);
  await database.query('DELETE FROM inbox_dead WHERE id = $1', [row.id]);
  print(`dropped ${row.id}`);
};

async function find(database: CommandContext['database'], id: string | undefined): Promise<DeadMessage[]> {
  const { rows } = await database.query<DeadMessage>(
    `SELECT id::text, subscription, topic, ordering_key, payload, attributes, reason, error FROM inbox_dead
     WHERE $1::bigint IS NULL OR inbox_dead.id = $1::bigint ORDER BY inbox_dead.id LIMIT 1000`,
    [id ?? null],
  );
  return rows;
}

async function findOne(database: CommandContext['database'], subject: string | undefined): Promise<DeadMessage> {
  const id = required(subject, 'a number, as `inbox dead ls` shows it');
  const [row] = /^\d{1,18}$/.test(id) ? await find(database, id) : [];
  if (row === undefined) throw new UsageError(`no dead message ${id} in this inbox`);
  return row;
}

function topicOf({ topic, subscription }: DeadMessage): string {
  const declared: Readonly<Record<string, { readonly topic: string }>> = topology.subscriptions;
  const name = topic ?? declared[subscription]?.topic;
  if (name === undefined)
    throw new UsageError(`the subscription ${subscription} is not declared; its topic is unknown`);
  return name;
}

export const inboxCommands: Readonly<Record<string, Command>> = {
  'inbox dead ls': deadList,
  'inbox dead show': deadShow,
  'inbox dead replay': deadReplay,
  'inbox dead drop': deadDrop,
};

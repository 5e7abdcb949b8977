import { outboxStats } from '../src/relay/outbox-stats.ts';
import { isUuid } from '../src/uuid7.ts';
import { describePayload } from './describe-payload.ts';
import { replayDeadEvents } from './replay-dead-events.ts';
import { type Command, required, UsageError } from './run-cli.ts';

interface EventRow {
  readonly event_id: string;
  readonly topic: string;
  readonly ordering_key: string;
  readonly payload: Buffer;
  readonly attributes: Record<string, string>;
  readonly created_at: Date;
  readonly state: string;
}

interface HeldKey {
  readonly topic: string;
  readonly ordering_key: string;
  readonly attempts: number;
  readonly retry_at: Date;
  readonly event_id: string | null;
  readonly last_error: string;
}

const status: Command = async ({ database, print }) => {
  const stats = await outboxStats(database);
  print(`waiting       ${stats.pending}${stats.pending === 100_000 ? ' or more' : ''}`);
  print(`oldest        ${stats.oldestAge.toFixed(1)} s`);
  print(`blocked keys  ${stats.blockedKeys}`);
  print(`dead          ${stats.dead}`);
};

const keys: Command = async ({ database, print }) => {
  const { rows } = await database.query<HeldKey>(
    'SELECT topic, ordering_key, attempts, retry_at, event_id, last_error FROM outbox_key ORDER BY retry_at LIMIT 200',
  );
  for (const row of rows) {
    const next = row.retry_at.toISOString();
    print(`${row.topic} ${row.ordering_key}  attempts ${row.attempts}  next ${next}  event ${row.event_id ?? ''}`);
    print(`  ${row.last_error}`);
  }
  if (rows.length === 0) print('no key is held back');
};

const show: Command = async ({ database, subject, print }) => {
  const id = eventId(subject);
  const { rows } = await database.query<EventRow>(
    `SELECT event_id, topic, ordering_key, payload, attributes, created_at, 'waiting' AS state FROM outbox WHERE event_id = $1
     UNION ALL SELECT event_id, topic, ordering_key, payload, attributes, created_at, 'dead: ' || error FROM outbox_dead
     WHERE event_id = $1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined)
    throw new UsageError(`no event ${id} waits or is dead in this outbox; it was published or never committed`);
  print(`${row.event_id}  ${row.topic} ${row.ordering_key}  ${row.created_at.toISOString()}  ${row.state}`);
  for (const [name, value] of Object.entries(row.attributes)) print(`  ${name}: ${String(value)}`);
  print(describePayload(row.attributes, row.payload));
};

const drop: Command = async ({ database, subject, print }) => {
  const id = eventId(subject);
  const dropped = await database.tx(async (tx) => {
    const waiting = await tx.query('DELETE FROM outbox WHERE event_id = $1', [id]);
    const dead = await tx.query('DELETE FROM outbox_dead WHERE event_id = $1', [id]);
    await tx.query('DELETE FROM outbox_key WHERE event_id = $1', [id]);
    return waiting.rowCount + dead.rowCount;
  });
  if (dropped === 0) throw new UsageError(`no event ${id} waits or is dead in this outbox`);
  print(`dropped ${id}`);
};

const retry: Command = async ({ database, subject, print }) => {
  const key = required(subject, 'an ordering key');
  const { rowCount } = await database.query('UPDATE outbox_key SET retry_at = now() WHERE ordering_key = $1', [key]);
  if (rowCount === 0) throw new UsageError(`the key ${key} is not held back`);
  print(`${key} is tried again now`);
};

const deadList: Command = async ({ database, print }) => {
  const { rows } = await database.query<EventRow & { error: string }>(
    'SELECT event_id, topic, ordering_key, payload, attributes, created_at, error FROM outbox_dead ORDER BY died_at LIMIT 200',
  );
  for (const row of rows) {
    print(`${row.event_id}  ${row.topic} ${row.ordering_key}  ${row.attributes['ce-type'] ?? ''}  ${row.error}`);
    print(describePayload(row.attributes, row.payload));
  }
  if (rows.length === 0) print('no dead events');
};

const deadReplay: Command = async ({ database, subject, all, print }) => {
  const only = all ? undefined : eventId(subject);
  const ids = await replayDeadEvents(database, only);
  if (ids.length === 0 && only !== undefined) throw new UsageError(`no dead event ${only} in this outbox`);
  print(`${ids.length} put back into the outbox`);
};

const vacuum: Command = async ({ database, print }) => {
  await database.query('VACUUM (ANALYZE) outbox');
  await database.query('REINDEX TABLE CONCURRENTLY outbox');
  print('vacuumed and reindexed');
};

function eventId(subject: string | undefined): string {
  const id = required(subject, 'an event id').toLowerCase();
  if (!isUuid(id))
    throw new UsageError(`"${String(id)}" is no event id; event ids are UUIDs, as \`outbox dead ls\` shows them`);
  return id;
}

export const outboxCommands: Readonly<Record<string, Command>> = {
  'outbox status': status,
  'outbox keys': keys,
  'outbox show': show,
  'outbox drop': drop,
  'outbox retry': retry,
  'outbox dead ls': deadList,
  'outbox dead replay': deadReplay,
  'outbox vacuum': vacuum,
};

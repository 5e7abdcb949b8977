import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { InteractionType } from '@kiban/contracts/kiban/events/v1';
import { lockChangeLog, type Tx } from '@kiban/database';
import { InteractionRecorded } from '@kiban/events';
import { CHANGE_LOG } from '../database/change-log.ts';
import type { RecommendationSchema } from '../database/schema.ts';
import type { RecommendationStore } from '../recommendation-store.ts';

/** An interaction to record. */
export interface NewInteraction {
  /** A UUID; one that is there already is passed over. */
  id: string;
  user: string;
  article: string;
  type: InteractionType;
  time: Date;
}

/**
 * Stores interactions and publishes InteractionRecorded for each that is new, in one transaction. Afterwards this
 * replica counts them at once, the others as soon as they are told.
 */
export async function recordInteractions(
  store: RecommendationStore,
  interactions: readonly NewInteraction[],
): Promise<void> {
  // Numbers follow the time, so that a state made from a batch does not depend on the order of its rows.
  const ordered = interactions.toSorted((a, b) => a.time.getTime() - b.time.getTime() || (a.id < b.id ? -1 : 1));
  await store.database.tx(async (tx) => {
    const added = await insert(tx, ordered);
    if (added.size === 0) return;
    for (const interaction of ordered) {
      // delete(): of two rows with one id only the first was stored.
      if (!added.delete(interaction.id.toLowerCase())) continue;
      store.outbox.publish(tx, InteractionRecorded, {
        interactionId: interaction.id,
        userId: interaction.user,
        articleId: interaction.article,
        type: interaction.type,
        time: timestampFromDate(interaction.time),
      });
    }
    tx.afterCommit(() => store.tail.announce());
  });
}

async function insert(tx: Tx<RecommendationSchema>, rows: readonly NewInteraction[]): Promise<Set<string>> {
  await lockChangeLog(tx, CHANGE_LOG);
  const { rows: added } = await tx.query<{ id: string }>(
    `INSERT INTO interaction (seq, interaction_id, user_id, article_id, type, time)
     SELECT nextval('change_seq'), row.id, row.user_id, row.article_id, row.type, row.time
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::timestamptz[])
       WITH ORDINALITY AS row (id, user_id, article_id, type, time, place)
     ORDER BY row.place
     ON CONFLICT (interaction_id) DO NOTHING
     RETURNING interaction_id AS id`,
    [
      rows.map(({ id }) => id),
      rows.map(({ user }) => user),
      rows.map(({ article }) => article),
      rows.map(({ type }) => type),
      rows.map(({ time }) => time.toISOString()),
    ],
  );
  return new Set(added.map(({ id }) => id));
}

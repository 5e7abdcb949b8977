import type { InteractionType } from '@kiban/contracts/kiban/events/v1';
import type { Database } from '@kiban/database';
import type { RecommendationSchema } from './schema.ts';

/** One change of what recommendations are made of. */
export type Change =
  | {
      kind: 'article';
      seq: bigint;
      id: string;
      title: string;
      body: string;
      tags: string[];
      language: string;
      time: Date;
    }
  | { kind: 'removal'; seq: bigint; id: string }
  | { kind: 'interaction'; seq: bigint; user: string; article: string; type: InteractionType; time: Date }
  | { kind: 'erasure'; seq: bigint; user: string };

interface Row {
  seq: bigint;
  kind: Change['kind'];
  id: string;
  title: string;
  body: string;
  tags: string[];
  language: string;
  user: string;
  type: InteractionType;
  time: Date;
}

const AT_ONCE = 2_000;

// Each part is limited by its own index first; the lowest numbers of all parts are a complete stretch of the log.
const READ = `
  SELECT * FROM (
    (SELECT seq, CASE WHEN deleted THEN 'removal' ELSE 'article' END AS kind, id, title, body, tags, language,
        '' AS user, 0 AS type, create_time AS time
      FROM article WHERE seq > $1 ORDER BY seq LIMIT ${AT_ONCE})
    UNION ALL
    (SELECT seq, 'interaction', article_id, '', '', '{}'::text[], '', user_id, type, time
      FROM interaction WHERE seq > $1 ORDER BY seq LIMIT ${AT_ONCE})
    UNION ALL
    (SELECT seq, 'erasure', '', '', '', '{}'::text[], '', user_id, 0, erased_at
      FROM erasure WHERE seq > $1 ORDER BY seq LIMIT ${AT_ONCE})
  ) AS change ORDER BY seq LIMIT ${AT_ONCE}`;

/** The changes after a number, in order, up to 2,000. */
export async function readChanges(database: Database<RecommendationSchema>, after: bigint): Promise<Change[]> {
  const { rows } = await database.query<Row>(READ, [after]);
  return rows.map(changeOf);
}

function changeOf({ kind, seq, id, user, type, time, ...text }: Row): Change {
  if (kind === 'article') {
    const { title, body, tags, language } = text;
    return { kind, seq, id, title, body, tags, language, time };
  }
  if (kind === 'removal') return { kind, seq, id };
  if (kind === 'interaction') return { kind, seq, user, article: id, type, time };
  return { kind, seq, user };
}

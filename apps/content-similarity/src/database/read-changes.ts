import type { Database } from '@kiban/database';
import type { SimilaritySchema } from './schema.ts';

/** One change of what the index is made of. */
export type Change =
  | { kind: 'document'; seq: bigint; id: string; title: string; body: string; tags: string[]; language: string }
  | { kind: 'removal'; seq: bigint; id: string }
  | { kind: 'reading'; seq: bigint; user: string; article: string }
  | { kind: 'erasure'; seq: bigint; user: string };

interface Row {
  seq: bigint;
  kind: Change['kind'];
  id: string | null;
  title: string;
  body: string;
  tags: string[];
  language: string;
  user: string;
}

const AT_ONCE = 2_000;

// Each part is limited by its own index first; the lowest numbers of all parts are a complete stretch of the log.
const READ = `
  SELECT * FROM (
    (SELECT seq, CASE WHEN deleted THEN 'removal' ELSE 'document' END AS kind, id, title, body, tags, language, '' AS user
      FROM document WHERE seq > $1 ORDER BY seq LIMIT ${AT_ONCE})
    UNION ALL
    (SELECT seq, 'reading', article_id, '', '', '{}'::text[], '', user_id
      FROM reading WHERE seq > $1 ORDER BY seq LIMIT ${AT_ONCE})
    UNION ALL
    (SELECT seq, 'erasure', NULL, '', '', '{}'::text[], '', user_id
      FROM erasure WHERE seq > $1 ORDER BY seq LIMIT ${AT_ONCE})
  ) AS change ORDER BY seq LIMIT ${AT_ONCE}`;

/** The changes after a number, in order, up to 2,000. */
export async function readChanges(database: Database<SimilaritySchema>, after: bigint): Promise<Change[]> {
  const { rows } = await database.query<Row>(READ, [after]);
  return rows.map(changeOf);
}

function changeOf({ kind, seq, id, user, title, body, tags, language }: Row): Change {
  if (kind === 'document') return { kind, seq, id: id ?? '', title, body, tags, language };
  if (kind === 'removal') return { kind, seq, id: id ?? '' };
  if (kind === 'reading') return { kind, seq, user, article: id ?? '' };
  return { kind, seq, user };
}

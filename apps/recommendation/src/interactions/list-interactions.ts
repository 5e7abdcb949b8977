import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ListInteractionsRequest } from '@kiban/contracts/kiban/recommendation/v1';
import type { RecommendationStore } from '../recommendation-store.ts';
import { interactionName, userId } from './names.ts';
import { decodePageToken, encodePageToken } from './page-token.ts';

const PAGE_SIZE = 20;

interface Row {
  seq: bigint;
  id: string;
  article: string;
  type: number;
  time: Date;
  micros: bigint;
}

const READ = `
  SELECT seq, interaction_id AS id, article_id AS article, type, time, (extract(epoch FROM time) * 1000000)::bigint AS micros
  FROM interaction
  WHERE user_id = $1
    AND ($2::bigint IS NULL OR (time, seq) < (timestamptz 'epoch' + $2 * interval '1 microsecond', $3::bigint))
  ORDER BY time DESC, seq DESC LIMIT $4`;

/** One page of what a reader did, newest first. */
export async function listInteractions(
  store: RecommendationStore,
  { parent, pageSize = PAGE_SIZE, pageToken }: ListInteractionsRequest,
) {
  const user = userId(parent);
  const key = await store.tokenKey();
  const from = decodePageToken(key, user, pageToken);
  // One row more than asked for tells whether there is a next page.
  const values = [user, from?.time ?? null, from?.seq ?? null, pageSize + 1];
  const { rows } = await store.database.query<Row>(READ, values);
  const page = rows.slice(0, pageSize);
  const last = page.at(-1);
  return {
    interactions: page.map(({ id, article, type, time }) => ({
      name: interactionName(user, id),
      article: `articles/${article}`,
      type,
      time: timestampFromDate(time),
    })),
    nextPageToken:
      rows.length > pageSize && last
        ? encodePageToken(key, user, { time: String(last.micros), seq: String(last.seq) })
        : '',
  };
}

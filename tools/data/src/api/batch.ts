import { type Gateway, GatewayError } from './gateway.ts';

/** Why one row was not taken. */
export interface Refusal<Row> {
  readonly row: Row;
  readonly message: string;
}

interface BatchAnswer {
  readonly results?: readonly {
    readonly index?: number;
    readonly status?: { readonly code?: number; readonly message?: string };
  }[];
}

/** Statuses of a whole batch that say that one of its rows cannot be read, or that it is too large. */
const SPLIT = new Set([400, 413]);
/** Row statuses that may be gone a moment later: RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE. */
const LATER = new Set([8, 10, 14]);
const ROW_TRIES = 5;

/**
 * Posts rows to a `:batchCreate` method and answers those that were refused. A batch that is refused as a whole is
 * halved until the row at fault stands alone, so that one bad row never costs the others. Throws GatewayError when
 * the gateway stays unreachable or refuses the caller.
 */
export async function postBatch<Row>(gateway: Gateway, path: string, rows: readonly Row[]): Promise<Refusal<Row>[]> {
  const refused: Refusal<Row>[] = [];
  let waiting = rows;
  for (let attempt = 1; waiting.length; attempt++) {
    const later: Row[] = [];
    for (const { row, code, message } of await postOnce(gateway, path, waiting)) {
      if (LATER.has(code) && attempt < ROW_TRIES) later.push(row);
      else refused.push({ row, message });
    }
    waiting = later;
  }
  return refused;
}

async function postOnce<Row>(gateway: Gateway, path: string, rows: readonly Row[]): Promise<RowStatus<Row>[]> {
  try {
    const answer = await gateway.call<BatchAnswer>('POST', path, { requests: rows });
    return rowStatuses(answer, rows);
  } catch (error) {
    if (!(error instanceof GatewayError) || !SPLIT.has(error.status)) throw error;
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) return [{ row: only, code: 3, message: error.message }];
    const middle = rows.length >> 1;
    return [
      ...(await postOnce(gateway, path, rows.slice(0, middle))),
      ...(await postOnce(gateway, path, rows.slice(middle))),
    ];
  }
}

interface RowStatus<Row> {
  readonly row: Row;
  readonly code: number;
  readonly message: string;
}

function rowStatuses<Row>({ results = [] }: BatchAnswer, rows: readonly Row[]): RowStatus<Row>[] {
  const answered = new Set<number>();
  const bad: RowStatus<Row>[] = [];
  for (const { index = 0, status } of results) {
    answered.add(index);
    const row = rows[index];
    const code = status?.code ?? 0;
    if (row !== undefined && code !== 0) bad.push({ row, code, message: status?.message || `code ${code}` });
  }
  rows.forEach((row, index) => {
    if (!answered.has(index)) bad.push({ row, code: 13, message: 'the answer says nothing about this row' });
  });
  return bad;
}

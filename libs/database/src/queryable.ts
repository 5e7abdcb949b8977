import { CompiledQuery, type Kysely } from 'kysely';

export interface QueryResult<R> {
  rows: R[];
  /** Rows changed by INSERT, UPDATE, DELETE or MERGE; otherwise rows returned. */
  rowCount: number;
}

/** Something that runs SQL with $1 parameters: a Database, a Tx, or an adapter of another library's transaction. */
export interface Queryable {
  query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
}

export async function runQuery<R>(
  kysely: Pick<Kysely<unknown>, 'executeQuery'>,
  text: string,
  values: readonly unknown[],
): Promise<QueryResult<R>> {
  const result = await kysely.executeQuery(CompiledQuery.raw(text, [...values]));
  // Kysely's driver leaves rows out for a text of several statements.
  const rows = (result.rows as R[] | undefined) ?? [];
  return { rows, rowCount: Number(result.numAffectedRows ?? rows.length) };
}

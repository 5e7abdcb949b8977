/** The one method we need of a database or transaction: Kysely, TypeORM, Prisma and pg fit with a line each. */
export interface Queryable {
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

/** A transaction that tells when it is about to commit, as `database.tx` of @kiban/database gives. */
export interface EventTransaction extends Queryable {
  beforeCommit(run: () => Promise<void>): void;
  afterCommit(run: () => void): void;
}

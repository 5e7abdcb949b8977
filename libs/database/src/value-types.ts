import pg from 'pg';

const { builtins } = pg.types;

/**
 * How values come out of the database. Differences from pg's defaults, set per pool and not for the whole process:
 * - int8 (bigint, count(*), bigserial): JavaScript bigint. A string invites `id + 1 === "411"`, a number loses digits
 *   above 2^53. JSON.stringify refuses bigint: convert at the edge, knowingly. For small counts write count(*)::int.
 * - date: the string "2026-11-21". A Date would move with the time zone of the process.
 * Unchanged: numeric is a string (exact), timestamptz a Date, json parsed, bytea a Buffer.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === builtins.INT8) return BigInt;
      if (oid === INT8_ARRAY) return (text: string) => parseIntegers(text);
      if (oid === builtins.DATE) return String;
    }
    return pg.types.getTypeParser(oid, format as 'text') as unknown;
  },
} as pg.CustomTypesConfig;

const INT8_ARRAY = 1016;

/** One-dimensional array literals such as {1,NULL,3}. */
function parseIntegers(text: string): (bigint | null)[] {
  const inside = text.slice(1, -1);
  return inside === '' ? [] : inside.split(',').map((item) => (item === 'NULL' ? null : BigInt(item)));
}

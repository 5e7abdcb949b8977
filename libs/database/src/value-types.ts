import { type CustomTypesConfig, types } from 'pg';

// Object ids of pg_type; they never change.
const INT8 = 20;
const INT8_ARRAY = 1016;
const DATE = 1082;

/**
 * How values come out of the database. Differences from pg's defaults, set per pool and not for the whole process:
 * - int8 (bigint, count(*), bigserial): JavaScript bigint. A string invites `id + 1 === "411"`, a number loses digits
 *   above 2^53. JSON.stringify refuses bigint: convert at the edge, knowingly. For small counts write count(*)::int.
 * - date: the string "2026-11-21". A Date would move with the time zone of the process.
 * Unchanged: numeric is a string (exact), timestamptz a Date, json parsed, bytea a Buffer.
 */
export const valueTypes: CustomTypesConfig = {
  getTypeParser(oid: number, format?: string): (value: string) => unknown {
    if (format === 'binary') return types.getTypeParser(oid, 'binary');
    if (oid === INT8) return BigInt;
    if (oid === INT8_ARRAY) return parseIntegers;
    if (oid === DATE) return String;
    return types.getTypeParser(oid, 'text');
  },
};

/** One-dimensional array literals such as {1,NULL,3}. */
function parseIntegers(text: string): (bigint | null)[] {
  const inside = text.slice(1, -1);
  return inside === '' ? [] : inside.split(',').map((item) => (item === 'NULL' ? null : BigInt(item)));
}

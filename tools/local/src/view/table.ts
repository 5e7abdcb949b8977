/** Rows as columns of equal width, two spaces apart; numbers are set to the right. The first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const right = widths.map((_, column) =>
    rows.slice(1).every((row) => /^[+-]?[\d.]*( MB| %)?$/.test(row[column] ?? '')),
  );
  return rows
    .map((row) =>
      widths
        .map((width, column) =>
          right[column] ? (row[column] ?? '').padStart(width) : (row[column] ?? '').padEnd(width),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

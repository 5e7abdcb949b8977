import { statSync } from 'node:fs';
import { postBatch } from '../api/batch.ts';
import type { Gateway } from '../api/gateway.ts';
import type { Checkpoint, Position } from './checkpoint.ts';
import { BadLineError } from './parse-row.ts';
import { readLines } from './read-lines.ts';

export interface ImportFileOptions<Row> {
  readonly gateway: Gateway;
  readonly file: string;
  /** The `:batchCreate` method. */
  readonly path: string;
  /** Throws BadLineError. */
  readonly parse: (text: string) => Row;
  readonly checkpoint: Checkpoint;
  /** Called for each line that was not taken. */
  readonly onRefused: (line: number, message: string) => void;
  /** Called with bytes done. */
  readonly onProgress?: (bytes: number) => void;
}

/** The methods take 1,000 rows; bodies can be long, so bytes end a batch too. */
const MAX_ROWS = 500;
const MAX_BYTES = 1 << 20;

/**
 * Streams one file of JSON lines into the platform, batch by batch. The position is kept after each answered batch:
 * a second run goes on there, and as every row carries its own id, a batch that was sent but not noted changes
 * nothing when it is sent again. Throws GatewayError when the gateway stays unreachable or refuses the caller.
 */
export async function importFile<Row>(options: ImportFileOptions<Row>): Promise<Position> {
  const { gateway, file, path, parse, checkpoint, onRefused, onProgress } = options;
  let position = checkpoint.read();
  let batch: { readonly row: Row; readonly line: number }[] = [];
  let bad = 0;
  let begun = position.offset;

  const flush = async (offset: number, lines: number) => {
    const lineOf = new Map(batch.map(({ row, line }) => [row, line]));
    const rows = [...lineOf.keys()];
    const refusals = rows.length ? await postBatch(gateway, path, rows) : [];
    for (const { row, message } of refusals) onRefused(lineOf.get(row)!, message);
    position = {
      offset,
      lines,
      accepted: position.accepted + rows.length - refusals.length,
      refused: position.refused + refusals.length + bad,
    };
    checkpoint.write(position);
    onProgress?.(offset);
    batch = [];
    bad = 0;
    begun = offset;
  };

  let end = position.offset;
  let number = position.lines;
  for await (const line of readLines(file, position)) {
    ({ end, number } = line);
    if (!line.text.trim()) continue;
    try {
      batch.push({ row: parse(line.text), line: line.number });
    } catch (error) {
      if (!(error instanceof BadLineError)) throw error;
      onRefused(line.number, error.message);
      bad += 1;
    }
    if (batch.length >= MAX_ROWS || end - begun >= MAX_BYTES) await flush(end, number);
  }
  if (end > position.offset || statSync(file).size === 0) await flush(end, number);
  return position;
}

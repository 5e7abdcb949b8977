import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '../../../docs/results/gateway-fuzz.md');
const HEAD = `# Hostile requests to the gateway
Made by \`npm run fuzz -- gateway --seconds 120 --seed N --mode M --write\`, a line for each mode: eight clients send
requests that no honest client sends (paths, queries, bodies, headers, chunks, cut and half-closed sockets) over real
sockets to Kiban's API. It fails on a crash, on no answer within 5 s, and on a 5xx that the backend did not send.

| mode | seed | seconds | requests | answers by status | result |
|---|---|---|---|---|---|
`;

export interface FuzzLine {
  readonly mode: string;
  readonly seed: string;
  readonly seconds: string;
  readonly sent: number;
  readonly answers: string;
  readonly result: string;
}

/** Puts the line of a mode into docs/results/gateway-fuzz.md. */
export function writeFuzzLine({ mode, seed, seconds, sent, answers, result }: FuzzLine): void {
  const before = existsSync(PAGE) ? readFileSync(PAGE, 'utf8').slice(HEAD.length).split('\n').filter(Boolean) : [];
  const others = before.filter((line) => !line.startsWith(`| ${mode} |`));
  const lines = [...others, `| ${mode} | ${seed} | ${seconds} | ${sent} | ${answers} | ${result} |`].sort((a, b) =>
    a < b ? -1 : 1,
  );
  writeFileSync(PAGE, `${HEAD}${lines.join('\n')}\n`);
}

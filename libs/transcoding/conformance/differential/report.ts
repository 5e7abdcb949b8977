import { EXPLANATIONS } from './explained.ts';

/** A request that the two answered differently. */
export interface Difference {
  readonly setup: string;
  readonly request: string;
  /** Messages in hex, and the status. */
  readonly answer: string;
  readonly differs: readonly string[];
  /** Key of the reason; absent = nobody knows yet. */
  readonly explanation?: string;
}

export interface Summary {
  readonly envoy: string;
  readonly seed: number;
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly differences: number;
  readonly unexplained: number;
}

/** The page of docs/results. */
export function differentialPage(summary: Summary, found: readonly Difference[]): string {
  const rows = Object.entries(EXPLANATIONS).map(([key, why]) => {
    const members = found.filter(({ explanation }) => explanation === key);
    const example = members[0] ? `\`${cell(members[0].request)}\`` : '';
    return `| ${key} | ${members.length} | ${why} | ${example} |`;
  });
  const statuses = Object.entries(summary.statuses).map(([status, count]) => `${status}: ${count}`);
  return `# The gateway beside Envoy
Made by \`npm run conformance -- --differential envoy --requests ${summary.requests} --seed ${summary.seed} --write\` with
Envoy ${summary.envoy}: generated requests go to a bare Envoy (nothing but grpc_json_transcoder) and to the gateway in
\`transcoder\` mode, over the same backend: an API with every kind of field and rule in seven set-ups of the filter's
options and in three mixes by chance, and Google's own APIs (monitoring, quotas, service management, locations,
operations) in three more. Bodies come whole, in chunks and too large; backends answer with metadata, errors with
details, streams and nothing. Compared are what the backend got (call, messages, metadata) and what the client saw
(status, headers, body; JSON by meaning; the words of a refusal are everybody's own).

${summary.requests} requests, Envoy's answers by status: ${statuses.join(', ')}. ${summary.differences} differ, ${summary.unexplained} without an explanation below.

| difference | requests | why it stays | example |
|---|---|---|---|
${rows.join('\n')}
`;
}

function cell(text: string): string {
  const short = text.length > 110 ? `${text.slice(0, 110)}...` : text;
  return short.replace(/[`|\p{Cc}]/gu, ' ');
}

import type { Supervised } from '../supervisor/supervised.ts';
import { type StatusRow, statusTable } from './status-table.ts';

/** Everything that `npm start` tells: for people, or one JSON object per line for programs. */
export interface Reporter {
  step(name: string, text: string): void;
  warn(text: string): void;
  service(process: Supervised): void;
  ready(ready: ReadyReport): void;
  stopped(): void;
  error(text: string): void;
}

export interface ReadyReport {
  readonly gateway: string;
  readonly seconds: number;
  readonly firstAnswerSeconds?: number | undefined;
  readonly seeded: boolean;
  readonly rows: readonly StatusRow[];
}

/** For `--json`. The last line of a good start is `{"event":"ready", ...}`. */
export function jsonReporter(): Reporter {
  const send = (event: object) => console.log(JSON.stringify(event));
  return {
    step: (name, text) => send({ event: 'step', step: name, text }),
    warn: (message) => send({ event: 'warning', message }),
    service: ({ name, state, restarts, reason, addresses }) =>
      send({ event: 'service', service: name, state, restarts, ...(reason ? { reason } : {}), ...addresses }),
    ready: ({ rows, ...ready }) => send({ event: 'ready', ...ready, services: rows }),
    stopped: () => send({ event: 'stopped' }),
    error: (message) => send({ event: 'error', message }),
  };
}

/** For people. */
export function textReporter(): Reporter {
  const began = performance.now();
  const say = (text: string) =>
    console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${text}`);
  return {
    step: (_, text) => say(text),
    warn: (text) => say(`! ${text}`),
    service: ({ name, state, restarts, reason }) => {
      if (state === 'restarting' && reason) say(`! ${name} ${reason}; starting it again (restart ${restarts})`);
      if (state === 'ready' && restarts) say(`${name} is back`);
    },
    ready: ({ gateway, rows, seconds }) => console.log(readyText(gateway, rows, seconds)),
    stopped: () => say('stopped; nothing of it runs any more'),
    error: (text) => console.error(text),
  };
}

function readyText(gateway: string, rows: readonly StatusRow[], seconds: number): string {
  return `
${statusTable(rows)}

Ready after ${seconds.toFixed(1)} s. Try it:
  curl -s '${gateway}/v1/articles:search?query=grid&pageSize=3'
  curl -s '${gateway}/v1/articles/grid/similar?pageSize=3'
  curl -s -H "Authorization: Bearer $(npm run -s token -- --user alice)" '${gateway}/v1/users/alice/recommendations?pageSize=3'
API in the browser: ${gateway}/docs. The readers sim-0001, sim-0002, ... are simulated. Ctrl-C stops everything.`;
}

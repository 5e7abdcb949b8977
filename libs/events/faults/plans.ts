import type { Plan, PlanOptions } from './plan.ts';
import { runBacklog } from './run-backlog.ts';
import { runConsumerFaults } from './run-consumer-faults.ts';
import { runHandlerBug } from './run-handler-bug.ts';
import { runHeldTransaction } from './run-held-transaction.ts';
import { runOutage } from './run-outage.ts';
import { type RelayFaults, runRelayFaults } from './run-relay-faults.ts';

const common = {
  relays: 3,
  mode: 'kiban',
  kills: 0,
  backendKills: 0,
  serverKills: 0,
  freezes: [],
  refuse: 0.02,
  loseReply: 0.02,
  keys: 50,
} as const;

const naive = { ...common, events: 2_000, kills: 4, refuse: 0, loseReply: 0 } as const;

/** `--kills` is about whatever the plan kills; connections are cut a tenth as often as relays are killed. */
function relays(title: string, faults: Omit<RelayFaults, 'seed'>, mustHold = true): Plan {
  return {
    title,
    mustHold,
    run({ kills, seconds, ...options }: PlanOptions) {
      const killed = faults.serverKills > 0 ? 'serverKills' : 'kills';
      return runRelayFaults({
        ...faults,
        ...options,
        ...(kills === undefined ? {} : { [killed]: kills }),
        ...(kills === undefined || faults.backendKills === 0 ? {} : { backendKills: Math.round(kills / 10) }),
        ...(seconds === undefined ? {} : { freezes: faults.freezes.map(() => seconds * 1000) }),
      });
    },
  };
}

/** Named as in docs/results; `--events`, `--kills` and `--seconds` change their size. */
export const plans: Readonly<Record<string, Plan>> = {
  A: relays('relays killed, connections cut, broker errors, lost replies', {
    ...common,
    events: 100_000,
    kills: 1_000,
    backendKills: 100,
  }),
  B: relays('PostgreSQL killed with kill -9', { ...common, events: 10_000, serverKills: 20 }),
  C: relays('a relay frozen for 30 s (SIGSTOP)', { ...common, events: 5_000, freezes: [30_000] }),
  D: { title: 'consumers killed, through the embedded Pub/Sub', mustHold: true, run: runConsumerFaults },
  E: { title: 'a transaction open for 60 s', mustHold: true, run: runHeldTransaction },
  F: { title: 'a backlog of a million', mustHold: true, run: runBacklog },
  G: relays('everything through pgbouncer in transaction mode', {
    ...common,
    events: 10_000,
    kills: 100,
    backendKills: 10,
    mode: 'pooled',
    pooler: true,
  }),
  outage: { title: 'Pub/Sub killed for 60 s under load', mustHold: true, run: runOutage },
  bug: { title: 'a consumer that throws for 10 minutes', mustHold: true, run: runHandlerBug },
  'H-skip-locked': relays('naive: FOR UPDATE SKIP LOCKED, several relays', { ...naive, mode: 'skip-locked' }, false),
  'H-cursor': relays('naive: id > last cursor', { ...naive, events: 4_000, mode: 'cursor' }, false),
  'H-no-key-lock': relays('naive: no lock per key before the number', { ...naive, withoutKeyLock: true }, false),
};

import type { RelayFaults } from './run-relay-faults.ts';

export interface Plan {
  readonly title: string;
  /** False for designs that must break a guarantee: the suite would be worthless if they passed. */
  readonly mustHold: boolean;
  readonly faults: Omit<RelayFaults, 'plan' | 'seed' | 'onProgress'>;
}

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

/** Named as in docs/results; `--events` and `--kills` change their size. */
export const plans: Readonly<Record<string, Plan>> = {
  A: {
    title: 'relays killed, connections cut, broker errors, lost replies',
    mustHold: true,
    faults: { ...common, events: 100_000, kills: 1_000, backendKills: 100 },
  },
  B: {
    title: 'PostgreSQL killed with kill -9',
    mustHold: true,
    faults: { ...common, events: 10_000, serverKills: 20 },
  },
  C: {
    title: 'a relay frozen for 30 s (SIGSTOP)',
    mustHold: true,
    faults: { ...common, events: 5_000, freezes: [30_000] },
  },
  'H-skip-locked': {
    title: 'naive: FOR UPDATE SKIP LOCKED, several relays',
    mustHold: false,
    faults: { ...naive, mode: 'skip-locked' },
  },
  'H-cursor': { title: 'naive: id > last cursor', mustHold: false, faults: { ...naive, mode: 'cursor' } },
  'H-no-key-lock': {
    title: 'naive: no lock per key before the number',
    mustHold: false,
    faults: { ...naive, withoutKeyLock: true },
  },
};

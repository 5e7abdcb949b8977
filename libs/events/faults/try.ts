import { runRelayFaults } from './run-relay-faults.ts';
const r = await runRelayFaults({
  plan: 'A',
  events: 2000,
  seed: 1,
  relays: 3,
  mode: (process.argv[2] ?? 'kiban') as 'kiban',
  kills: 10,
  backendKills: 2,
  serverKills: 0,
  freezes: [],
  refuse: 0.02,
  loseReply: 0.02,
  keys: 50,
  onProgress: console.log,
});
console.log(r);
process.exit(0);

// npm run bench -- outbox: every section on one server, controls beside it. Exits 1 when a ratio or a limit is missed;
// absolute rates are reported with their target, but depend on the machine.
import { parseArgs } from 'node:util';
import { faultDatabase } from '../faults/fault-database.ts';
import { type Figure, writeTable } from './report.ts';
import { sections } from './sections.ts';

const names = Object.keys(sections);
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: names.join(',') },
    events: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    backlog: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const chosen = values.only.split(',');
if (values.help || chosen.some((name) => !names.includes(name))) {
  console.error(
    `usage: npm run bench -- outbox [--only ${names.join(',')}] [--events N] [--rounds N] [--backlog N] [--seconds N] [--json] [--write]`,
  );
  process.exit(values.help ? 0 : 2);
}

const sizes = {
  events: Number(values.events),
  rounds: Number(values.rounds),
  backlog: Number(values.backlog),
  seconds: Number(values.seconds),
};
const figures: Figure[] = [];
for (const section of names.filter((name) => chosen.includes(name))) {
  console.error(`${section} ...`);
  // A fresh server each: what one section leaves behind does not slow the next.
  const database = await faultDatabase({ durable: true });
  await sections[section]?.(database, sizes, (figure) => {
    figures.push({ section, ...figure });
    const verdict = figure.met === undefined ? '' : ` (target ${figure.target}: ${figure.met ? 'met' : 'missed'})`;
    if (values.json) console.log(JSON.stringify({ section, ...figure }));
    else console.log(`${section}: ${figure.what}: ${figure.figure}${verdict}`);
  });
  await database.close();
  // After each section: what was measured stays, even when a later one is ended.
  const measured = figures.filter((figure) => figure.section === section);
  if (values.write) writeTable(measured, names, `Node ${process.version}.`);
}
process.exit(figures.some(({ gate, met }) => gate === true && met === false) ? 1 : 0);

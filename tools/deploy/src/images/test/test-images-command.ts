import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DeployError } from '../../deploy-error.ts';
import { ROOT } from '../../paths.ts';
import { buildImage } from '../build-image.ts';
import { needDocker } from '../docker.ts';
import { makeStandins } from '../standin.ts';
import { Lab } from './lab.ts';
import { timeRebuilds } from './rebuild.ts';
import { type ImageReport, markdown } from './report.ts';
import { SUBJECTS, TOPOLOGY } from './subjects.ts';
import { type ImageResult, tryImage } from './try-image.ts';

const RESULTS = join(ROOT, 'docs/results/images.md');
const HEAD = `# Images
\`npm run test:images -- --standin --write\` builds every image and runs it read-only, as uid 65532, without capabilities, with
256 MB and a /tmp that holds no programs, in a network without a way out; asks its health; looks at it from inside; ends it
with SIGTERM; looks for a shell. Start and memory depend on the machine; two shared cores here.

`;
/** Rebuilds whose median is written. */
const REBUILDS = 5;

/** `npm run test:images -- [--standin] [--repeat N] [--no-rebuild] [--json] [--write]` */
export async function testImagesCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      standin: { type: 'boolean', default: false },
      repeat: { type: 'string', default: '5' },
      rebuild: { type: 'boolean', default: true },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  needDocker();
  const options = { standin: values.standin, target: 'runtime', tag: 'local' } as const;
  if (values.standin) makeStandins({ postgres: true });
  const say = (line: string) => process.stderr.write(`${line}\n`);
  for (const { app } of SUBJECTS) {
    say(`building ${app}`);
    buildImage(app, options);
  }
  const loadAverage = loadavg()[0] ?? Number.NaN;
  const images = await tryAll(Number(values.repeat), say);
  if (values.rebuild) say('rebuilding content after a change of one line');
  const report: ImageReport = {
    loadAverage,
    bases: values.standin ? 'stand-ins of Debian packages and npm binaries' : 'those of the Dockerfile',
    images,
    rebuilds: values.rebuild ? await timeRebuilds('content', options, REBUILDS) : [],
  };
  console.log(values.json ? JSON.stringify(report, null, 2) : markdown(report));
  if (values.write) writeFileSync(RESULTS, HEAD + markdown(report));
  const failed = images.filter(({ problems }) => problems.length > 0);
  if (failed.length)
    throw new DeployError(`${failed.map(({ app }) => app).join(', ')}: not as it must be, see the table`);
}

async function tryAll(repeat: number, say: (line: string) => void): Promise<ImageResult[]> {
  const lab = new Lab();
  try {
    say('starting PostgreSQL');
    await lab.open();
    const results: ImageResult[] = [];
    for (const subject of SUBJECTS) {
      say(`trying ${subject.app}`);
      results.push(await tryImage(lab, subject, repeat));
      if (!subject.declares) continue;
      const { code, output } = lab.run(TOPOLOGY, TOPOLOGY.args ?? []);
      if (code !== 0) throw new DeployError(`topics cannot be declared: ${output}`);
    }
    return results;
  } finally {
    lab.close();
  }
}

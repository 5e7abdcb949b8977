import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startBuild } from '../src/build/build.ts';

let root: string;

/** A workspace of two apps, one of which uses a lib; compiler and bundler write down what they were asked. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kiban-build-'));
  const files = {
    'node_modules/typescript/bin/tsc': `require('fs').appendFileSync('${root}/compiled', process.argv.filter((each) => each.includes('apps')).join(' ') + '\\n')`,
    'tools/build/bundle.mjs': `import { mkdirSync, writeFileSync } from 'node:fs';
      mkdirSync('bundle', { recursive: true }); writeFileSync('bundle/main.mjs', '1');`,
    'tsconfig.base.json': '{}',
    'package-lock.json': '{}',
    'libs/words/package.json': '{"name":"@kiban/words"}',
    'libs/words/src/index.ts': 'export const word = 1;',
    'apps/one/package.json':
      '{"name":"@kiban/app-one","dependencies":{"@kiban/words":"*"},"scripts":{"bundle":"node ../../tools/build/bundle.mjs"}}',
    'apps/one/src/main.ts': 'one',
    'apps/two/package.json': '{"name":"@kiban/app-two","scripts":{"bundle":"node ../../tools/build/bundle.mjs"}}',
    'apps/two/src/main.ts': 'two',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

async function build(): Promise<readonly string[]> {
  const { stale, all } = startBuild(root, ['one', 'two']);
  await all;
  return stale;
}

it('builds everything once, then what changed', async () => {
  expect(await build()).toEqual(['one', 'two']);
  expect(await build()).toEqual([]);
  appendFileSync(join(root, 'libs/words/src/index.ts'), '// changed');
  expect(await build()).toEqual(['one']);
  appendFileSync(join(root, 'apps/two/src/main.ts'), '// changed');
  expect(await build()).toEqual(['two']);
  const compiled = readFileSync(join(root, 'compiled'), 'utf8').trim().split('\n');
  expect(compiled.at(-1)).toBe(join(root, 'apps/two'));
});

it('builds again when a bundle is missing or was made by something else', async () => {
  await build();
  rmSync(join(root, 'apps/one/bundle/main.mjs'));
  expect(await build()).toEqual(['one']);
  utimesSync(join(root, 'apps/two/bundle/main.mjs'), 1, 1);
  expect(await build()).toEqual(['two']);
});

it('does not care about specs', async () => {
  await build();
  writeFileSync(join(root, 'apps/one/src/main.spec.ts'), 'spec');
  expect(await build()).toEqual([]);
});

it('says what to do when the sources do not compile', async () => {
  writeFileSync(
    join(root, 'node_modules/typescript/bin/tsc'),
    'console.log("main.ts(1,1): error TS1"); process.exit(1)',
  );
  await expect(build()).rejects.toThrow(
    'main.ts(1,1): error TS1\nThe sources do not compile: mend that, then npm start again.',
  );
});

it('says what to do when nothing is built and there is no compiler', async () => {
  rmSync(join(root, 'node_modules'), { recursive: true });
  await expect(build()).rejects.toThrow('run npm ci');
});

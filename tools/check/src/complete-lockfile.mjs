// npm drops optional platform packages that a registry mirror lacks and `npm ci` then refuses its own lockfile
// ("Missing: … from lock file"). Adds the missing entries: name, exact version, os, cpu, libc; no integrity is
// invented. Run after every dependency change: npm run lockfile
//   --check  change nothing; exits 1 and names what is missing
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const OS = [
  'darwin',
  'win32',
  'windows',
  'linux',
  'freebsd',
  'android',
  'openharmony',
  'netbsd',
  'openbsd',
  'sunos',
  'aix',
];
const CPU = [
  'arm64',
  'x64',
  'ia32',
  'riscv64',
  'ppc64',
  's390x',
  'loong64',
  'wasm32',
  'mips64el',
  'armv7',
  'armv6',
  'arm',
];

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const missing = missingOptional(lock.packages);
if (process.argv.includes('--check')) {
  if (missing.length) {
    console.error(
      `${FILE} lacks optional packages; run: npm run lockfile\n${missing.map(({ name }) => `  ${name}`).join('\n')}`,
    );
    process.exit(1);
  }
  console.log(`${FILE} is complete`);
} else {
  for (const { name, entry } of missing) lock.packages[`node_modules/${name}`] = entry;
  const { '': root, ...rest } = lock.packages;
  const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = { '': root, ...Object.fromEntries(sorted) };
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${FILE}: ${missing.length} added`);
}

function missingOptional(packages) {
  const found = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (resolves(packages, path, name)) continue;
      const made = platformEntry(name, version, entry.dev);
      if (made) found.set(name, { name, entry: made });
    }
  }
  return [...found.values()];
}

/** As Node does: the nearest node_modules upwards. */
function resolves(packages, from, name) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true;
    if (!base) return false;
  }
}

function platformEntry(name, version, dev) {
  if (!/^\d+\.\d+\.\d+/.test(version)) return undefined;
  const tail = name.split('/').at(-1);
  const os = OS.find((candidate) => new RegExp(`(^|[-.])${candidate}([-.]|$)`).test(tail));
  const cpu = CPU.find((candidate) => new RegExp(`(^|[-.])${candidate}([-.]|$)`).test(tail));
  if (!cpu || (!os && cpu !== 'wasm32')) return undefined;
  const libc = /musl/.test(tail) ? ['musl'] : /gnu/.test(tail) ? ['glibc'] : undefined;
  return {
    version,
    cpu: [cpu.replace(/v[67]$/, '')],
    ...(dev && { dev: true }),
    ...(libc && { libc }),
    optional: true,
    ...(os && { os: [os === 'windows' ? 'win32' : os] }),
  };
}

/** How every image is run: as little as a pod of the restricted standard has, and less. */
export const CONFINED: readonly string[] = [
  '--read-only',
  '--user=65532:65532',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--memory=256m',
  '--memory-swap=256m',
  '--pids-limit=100',
  '--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=32m',
];

/** Run by the container's own node: says what the kernel grants the first process, and tries to write beside /tmp. */
export const LOOK_INSIDE = `
const fs = require('node:fs');
const status = Object.fromEntries(fs.readFileSync('/proc/1/status', 'utf8').split('\\n').map((line) => line.split(':\\t')));
const problems = [];
if (!status.Uid.startsWith('65532')) problems.push('runs as ' + status.Uid);
if (BigInt('0x' + status.CapEff) !== 0n || BigInt('0x' + status.CapBnd) !== 0n) problems.push('has capabilities');
if (status.NoNewPrivs !== '1') problems.push('may gain privileges');
for (const folder of ['/', '/app', '/nodejs/bin', '/etc']) {
  try { fs.writeFileSync(folder + '/x', ''); problems.push('can write to ' + folder); } catch {}
}
if (!fs.readFileSync('/proc/mounts', 'utf8').match(/ \\/tmp tmpfs [^ ]*noexec/)) problems.push('/tmp can hold programs');
console.log(problems.join(', ') || 'confined');`;

/** Where a shell would be. */
export const SHELLS: readonly string[] = [
  '/bin/sh',
  '/bin/bash',
  '/bin/dash',
  '/usr/bin/sh',
  '/bin/busybox',
  '/busybox/sh',
];

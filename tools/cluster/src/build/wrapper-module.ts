import type { GoProgram } from './programs.ts';

/**
 * The go.mod of a module that only requires the program's: `go install` refuses modules with replace directives, and
 * Kubernetes replaces its staging modules by folders that its published module does not contain. Those are published
 * under the same minor version (v1.34.4 -> v0.34.4).
 * https://go.dev/ref/mod#go-install
 */
export function wrapperModule(program: GoProgram, goMod: string): string {
  const lines = [`module kiban.local/${program.name}`, `go ${/^go (\S+)/m.exec(goMod)?.[1] ?? '1.24.0'}`];
  lines.push(`require ${program.module} ${program.version}`);
  const staged = program.module === 'k8s.io/kubernetes';
  // Without the full list, the graph of modules is pruned differently and packages turn up in two modules.
  if (!staged) lines.push(...block(goMod, 'require').map((line) => `require ${line}`));
  lines.push(...block(goMod, 'exclude').map((line) => `exclude ${line}`));
  for (const line of block(goMod, 'replace')) {
    const [from = '', to = ''] = line.split('=>').map((side) => side.trim());
    if (to.startsWith('./staging/src/'))
      lines.push(`replace ${from} => ${from} v0.${program.version.slice('v1.'.length)}`);
    else if (!to.startsWith('.')) lines.push(`replace ${from} => ${to}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The entries of a directive, in parentheses or alone. */
function block(goMod: string, directive: string): string[] {
  const entries: string[] = [];
  for (const match of goMod.matchAll(new RegExp(`^${directive} \\(\\n([^)]*)^\\)|^${directive} ([^(\\n]+)$`, 'gm'))) {
    const text = match[1] ?? match[2] ?? '';
    entries.push(...text.split('\n').map((line) => line.replace(/\/\/.*/, '').trim()));
  }
  return entries.filter(Boolean);
}

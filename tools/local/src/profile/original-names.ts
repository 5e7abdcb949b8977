import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../paths.ts';
import type { CallFrame } from './cpu-profile.ts';

interface Mapped {
  readonly map: SourceMap;
  readonly dir: string;
  /** Of a source file. */
  readonly linesOf: (source: string) => readonly string[];
}

/** Changes call frames of bundled code to the place and the name that the function has in the sources. */
export function originalNames(): (frame: CallFrame) => void {
  const maps = new Map<string, Mapped | undefined>();
  return (frame) => {
    if (!frame.url.startsWith('file:')) return;
    if (!maps.has(frame.url)) maps.set(frame.url, mapOf(fileURLToPath(frame.url)));
    const mapped = maps.get(frame.url);
    const entry = mapped?.map.findEntry(frame.lineNumber, frame.columnNumber);
    if (!mapped || !entry || !('originalSource' in entry)) {
      frame.url = shown(fileURLToPath(frame.url));
      return;
    }
    const { originalSource, originalLine, originalColumn } = entry;
    const source = resolve(mapped.dir, originalSource);
    const line = mapped.linesOf(source)[originalLine] ?? '';
    frame.functionName = nameAt(line, originalColumn) ?? frame.functionName;
    frame.url = shown(source);
    frame.lineNumber = originalLine;
    frame.columnNumber = originalColumn;
  };
}

function mapOf(file: string): Mapped | undefined {
  try {
    const payload = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as ConstructorParameters<typeof SourceMap>[0];
    return { map: new SourceMap(payload), dir: dirname(file), linesOf: linesReader() };
  } catch {
    return undefined; // no map, or not ours: the names as they are
  }
}

function linesReader(): (source: string) => readonly string[] {
  const read = new Map<string, readonly string[]>();
  return (source) => {
    const known = read.get(source);
    if (known) return known;
    const lines = existsSync(source) ? readFileSync(source, 'utf8').split('\n') : [];
    read.set(source, lines);
    return lines;
  };
}

/** The name of the function whose parameters or body begin at a column: `name(`, `name = (`, `name: function (`. */
function nameAt(line: string, column: number): string | undefined {
  const before = line.slice(0, column);
  const here = /^(?:async\s+)?(?:function\b\s*\*?\s*)?(#?[\w$]+)\s*\(/.exec(line.slice(column))?.[1];
  const named = /(#?[\w$]+)\s*(?:[:=]\s*(?:async\s*)?(?:function\s*\*?\s*)?)?$/.exec(before)?.[1];
  return [here, named].find((name) => name && !/^(?:async|function|return|await|get|set|static|new|=>)$/.test(name));
}

/** `libs/grpc/dist/client.js` as `libs/grpc/src/client.ts`, `node_modules/pg/lib/client.js`, or the path as it is. */
function shown(path: string): string {
  const inside = relative(ROOT, path);
  if (inside.startsWith('..')) return path;
  return inside.replaceAll('\\', '/').replace(/^((?:apps|libs)\/[^/]+)\/dist\/(.*)\.js$/, '$1/src/$2.ts');
}

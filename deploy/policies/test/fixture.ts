import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Resource } from '../src/manifest.ts';
import { readOverlay, ROOT } from '../src/load.ts';
import { Overlay } from '../src/overlay.ts';

/** One way to break a rule: a committed render with something changed. */
export interface Case {
  /** Part of what the rule must say. */
  readonly says: string;
  /** Default production. */
  readonly overlay?: string;
  /** By `Kind name` (or the beginning of a name that ends in a hash): new values by path; null removes. */
  readonly change?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly add?: readonly Resource[];
  readonly drop?: readonly string[];
}

export const FIXTURES = join(ROOT, 'deploy/policies/fixtures');

export function readCases(rule: string): readonly Case[] {
  return parse(readFileSync(join(FIXTURES, `${rule}.yaml`), 'utf8')) as Case[];
}

const read = new Map<string, Overlay>();

/** A committed render; nobody may change it. */
export function rendered(name = 'production'): Overlay {
  const overlay = read.get(name) ?? readOverlay(join(ROOT, 'deploy/rendered', `${name}.yaml`));
  read.set(name, overlay);
  return overlay;
}

/** The render with the change; throws when the case changes nothing, since it could not fail then. */
export function broken({ overlay, change = {}, add = [], drop = [] }: Case): Overlay {
  const base = rendered(overlay);
  const resources = structuredClone(base.resources) as Resource[];
  for (const [title, values] of Object.entries(change)) {
    const resource = named(resources, title);
    for (const [path, value] of Object.entries(values)) set(resource as unknown as Tree, path, value);
  }
  const dropped = drop.map((title) => named(resources, title));
  return new Overlay(base.name, [...resources.filter((resource) => !dropped.includes(resource)), ...add]);
}

function named(resources: readonly Resource[], title: string): Resource {
  const [kind, name = ''] = title.split(' ');
  const ofKind = resources.filter((resource) => resource.kind === kind);
  const exact = ofKind.find(({ metadata }) => metadata.name === name);
  const found = exact ?? ofKind.find(({ metadata }) => metadata.name.startsWith(`${name}-`));
  if (!found) throw new Error(`there is no ${title} to break`);
  return found;
}

type Tree = Record<string, unknown>;

/** `spec.containers.0.image`; a segment with dots in it stands between tildes: `metadata.labels.~a.b/c~`. */
function set(root: Tree, path: string, value: unknown): void {
  const keys = [...path.matchAll(/~([^~]+)~|([^.]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const last = keys.pop() ?? '';
  let node = root;
  for (const key of keys) {
    node[key] ??= {};
    node = node[key] as Tree;
  }
  if (value === null && Array.isArray(node)) node.splice(Number(last), 1);
  else if (value === null) {
    if (!(last in node)) throw new Error(`there is no ${path} to remove`);
    delete node[last];
  } else node[last] = value;
}

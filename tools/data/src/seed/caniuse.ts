import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { plainText } from './plain-text.ts';

/** One feature of caniuse-db (CC BY 4.0), https://github.com/Fyrd/caniuse: the fields that are used here. */
export interface CaniuseFeature {
  readonly title: string;
  readonly description: string;
  readonly spec: string;
  readonly status: string;
  readonly links: readonly { readonly url: string; readonly title: string }[];
  readonly categories: readonly string[];
  readonly stats: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly notes: string;
  readonly notes_by_num: Readonly<Record<string, string>>;
  readonly usage_perc_y: number;
  readonly usage_perc_a: number;
  readonly keywords: string;
}

interface Agent {
  readonly version_list: readonly { readonly version: string; readonly release_date: number | null }[];
}

export interface Caniuse {
  /** When the data was published, seconds since 1970. */
  readonly updated: number;
  readonly agents: Readonly<Record<string, Agent>>;
  readonly statuses: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, CaniuseFeature>>;
}

/** Reads the installed caniuse-db. */
export function readCaniuse(): Caniuse {
  const file = createRequire(import.meta.url).resolve('caniuse-db/fulldata-json/data-2.0.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Caniuse;
}

/** The readable text of one feature: what it is, notes, where to read more, how widely it is used. */
export function caniuseText(feature: CaniuseFeature, statuses: Caniuse['statuses']): string {
  const notes = [feature.notes, ...Object.values(feature.notes_by_num)].map(plainText).filter(Boolean);
  const links = feature.links.map((link) => plainText(link.title));
  return [
    plainText(feature.description),
    ...notes,
    links.length ? `Read more: ${links.join('; ')}.` : '',
    feature.keywords ? `Keywords: ${feature.keywords.split(',').join(', ')}.` : '',
    `Specification status: ${statuses[feature.status] ?? feature.status}. Supported for ${feature.usage_perc_y} % of users, partly for ${feature.usage_perc_a} %.`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** When the first browser shipped the feature, at least in part, in milliseconds since 1970; undefined when none has. */
export function firstRelease(feature: CaniuseFeature, agents: Caniuse['agents']): number | undefined {
  let first: number | undefined;
  for (const [name, versions] of Object.entries(feature.stats)) {
    for (const { version, release_date } of agents[name]?.version_list ?? []) {
      if (release_date === null || !/^[ya]/.test(versions[version] ?? '')) continue;
      first = Math.min(first ?? Number.POSITIVE_INFINITY, release_date * 1000);
    }
  }
  return first;
}

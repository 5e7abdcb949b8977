import type { ArticleRow } from '../rows.ts';
import { type Caniuse, type CaniuseFeature, caniuseText, firstRelease, readCaniuse } from './caniuse.ts';
import { type WebFeature, browsers, features, groups } from './web-features.ts';

/** An article of the seed with what the simulated readers choose by. */
export interface SeedArticle extends ArticleRow {
  /** Names of the feature groups, most special first; `general` when the data has none. */
  readonly groups: readonly string[];
}

const WEB_FEATURES = 'web-features contributors (Apache-2.0)';
const CANIUSE = 'caniuse.com contributors (CC BY 4.0)';
const BASELINE = { high: 'widely-available', low: 'newly-available', none: 'limited-availability' };

/** Every feature of web-features, with the longer notes of caniuse-db, and what only caniuse-db has. Sorted by id. */
export function seedArticles(caniuse: Caniuse = readCaniuse()): SeedArticle[] {
  const used = new Set<string>();
  const articles: SeedArticle[] = [];
  for (const [id, feature] of Object.entries(features)) {
    if (feature.kind !== 'feature') continue;
    for (const other of feature.caniuse ?? []) used.add(other);
    articles.push(fromWebFeature(id, feature, caniuse));
  }
  const ids = new Set(articles.map((article) => article.articleId));
  for (const [id, feature] of Object.entries(caniuse.data)) {
    // What no browser has ever shipped became available never: a proposal, and mostly one that was given up.
    const released = firstRelease(feature, caniuse.agents);
    if (used.has(id) || ids.has(id) || !feature.description || released === undefined) continue;
    articles.push(fromCaniuse(id, feature, released, caniuse.statuses));
  }
  return articles.sort((a, b) => (a.articleId < b.articleId ? -1 : 1));
}

function fromWebFeature(id: string, feature: WebFeature, caniuse: Caniuse): SeedArticle {
  const notes = (feature.caniuse ?? []).flatMap((other) => caniuse.data[other] ?? []);
  const groupIds = (feature.group ?? []).flatMap(withParents);
  const body = [
    feature.description,
    feature.discouraged ? `Discouraged: ${feature.discouraged.reason}` : '',
    supportText(feature),
    ...notes.map((note) => caniuseText(note, caniuse.statuses)),
  ];
  const url = feature.spec[0] ?? `https://caniuse.com/${feature.caniuse?.[0] ?? ''}`;
  const specs = feature.spec.flatMap((spec) => specName(spec) ?? []);
  const status = BASELINE[feature.status.baseline || 'none'];
  return {
    articleId: id,
    article: {
      title: feature.name,
      body: body.filter(Boolean).join('\n\n'),
      tags: unique([...groupIds, ...specs, status]),
      language: 'en',
      url,
      authors: notes.length ? [WEB_FEATURES, CANIUSE] : [WEB_FEATURES],
      createTime: availableSince(feature, notes, caniuse),
    },
    groups: groupIds.length ? unique(groupIds) : ['general'],
  };
}

function fromCaniuse(
  id: string,
  feature: CaniuseFeature,
  released: number,
  statuses: Caniuse['statuses'],
): SeedArticle {
  const categories = unique(feature.categories.map((category) => category.toLowerCase().replaceAll(' ', '-')));
  const spec = specName(feature.spec);
  return {
    articleId: id,
    article: {
      title: feature.title,
      body: caniuseText(feature, statuses),
      tags: unique([...categories, ...(spec ? [spec] : [])]),
      language: 'en',
      url: feature.spec || `https://caniuse.com/${id}`,
      authors: [CANIUSE],
      createTime: new Date(released).toISOString(),
    },
    groups: categories.length ? categories : ['general'],
  };
}

function withParents(id: string): string[] {
  const group = groups[id];
  return group ? [id, ...(group.parent ? withParents(group.parent) : [])] : [];
}

/** `css-grid-3` of `https://drafts.csswg.org/css-grid-3/#x`; the host's first label when the path names nothing. */
function specName(spec: string): string | undefined {
  if (!URL.canParse(spec)) return undefined;
  const { hostname, pathname } = new URL(spec);
  const part = pathname.split('/').filter((name) => name && name !== 'TR' && !name.includes('.'))[0];
  const name = part ?? hostname.replace(/^www\./, '').split('.')[0];
  return name?.toLowerCase().slice(0, 100);
}

function supportText({ status }: WebFeature): string {
  const since = Object.entries(status.support).map(
    ([browser, version]) => `${browsers[browser]?.name ?? browser} ${version}`,
  );
  if (!since.length) return 'No browser supports it yet.';
  const date = day(status.baseline_high_date) ?? day(status.baseline_low_date);
  const baseline = status.baseline && date ? `Baseline ${BASELINE[status.baseline]} since ${date}. ` : '';
  return `${baseline}Works since ${since.join(', ')}.`;
}

/** The day it became available everywhere, else in the first browser; the day of the data when in none. */
function availableSince({ status }: WebFeature, notes: readonly CaniuseFeature[], caniuse: Caniuse): string {
  const released = Object.entries(status.support).flatMap(([browser, version]) => {
    const release = browsers[browser]?.releases.find((each) => each.version === version);
    return release ? [Date.parse(release.date)] : [];
  });
  const partly = notes.flatMap((note) => firstRelease(note, caniuse.agents) ?? []);
  const everywhere = day(status.baseline_low_date);
  const times = everywhere ? [Date.parse(everywhere)] : released.length ? released : partly;
  return new Date(times.length ? Math.min(...times) : caniuse.updated * 1000).toISOString();
}

/** The data writes `≤2018-01-29` for what is older than its records. */
function day(date: string | undefined): string | undefined {
  return date?.replace('≤', '');
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, HomeSection_State as State } from '@kiban/contracts/kiban/bff/v1';
import { InteractionType } from '@kiban/contracts/kiban/events/v1';
import { until } from '@kiban/testing';
import { type BffClient, startBff, type TestBff } from './start-bff.ts';

let bff: TestBff;
let alice: BffClient;

beforeEach(async () => {
  bff = await startBff();
  alice = await bff.connect();
  // The first calls of a process connect and compile; what is tested is a running platform.
  await bff.anonymous.getArticle({ name: 'articles/a1' });
}, 60_000);
afterEach(() => bff.stop());

const states = (home: Home) => Object.fromEntries(home.sections.map(({ id, state }) => [id, State[state]]));
const ids = (home: Home, section: string) =>
  home.sections
    .find(({ id }) => id === section)
    ?.articles.map(({ article }) => article?.name.slice('articles/'.length));

/** The first answer whose sections are good. */
async function homeWhen(good: (shown: ReturnType<typeof states>) => boolean): Promise<Home> {
  const home = async () => {
    const answer = await alice.getHome({ name: 'users/me', pageSize: 4 });
    return good(states(answer)) ? answer : undefined;
  };
  return await until(home, { timeoutMs: 8_000, message: `sections where ${String(good)}` });
}

describe('the home screen', () => {
  it('has three fresh sections with whole articles', async () => {
    const home = await alice.getHome({ name: 'users/me', pageSize: 3 });
    expect(states(home)).toEqual({ 'for-you': 'FRESH', 'because-you-read': 'FRESH', trending: 'FRESH' });
    expect(home.sections.map(({ title }) => title)).toEqual([
      'For you',
      'Because you read “Title of articles/a1”',
      'Trending',
    ]);
    expect(ids(home, 'for-you')).toEqual(['a3', 'a4', 'a5']);
    expect(home.sections[0]?.articles[0]).toMatchObject({
      reason: 'for you',
      article: { title: 'Title of articles/a3' },
    });
    expect(home.sections.every(({ asOf }) => asOf !== undefined)).toBe(true);
  });

  it('leaves out articles that were deleted since they were ranked', async () => {
    bff.articles.delete('a3');
    expect(ids(await alice.getHome({ name: 'users/me', pageSize: 3 }), 'for-you')).toEqual(['a4', 'a5']);
  });

  it.each([
    ['recommendation', { 'for-you': 'UNAVAILABLE', 'because-you-read': 'UNAVAILABLE', trending: 'UNAVAILABLE' }],
    ['similarity', { 'for-you': 'FRESH', 'because-you-read': 'UNAVAILABLE', trending: 'FRESH' }],
  ] as const)('loses only the sections of a dead %s service', async (dead, expected) => {
    await bff[dead].kill();
    expect(states(await alice.getHome({ name: 'users/me' }))).toEqual(expected);
  });

  it.each([
    ['recommendation', { 'for-you': 'STALE', 'because-you-read': 'STALE', trending: 'STALE' }],
    ['similarity', { 'for-you': 'FRESH', 'because-you-read': 'STALE', trending: 'FRESH' }],
    ['content', { 'for-you': 'STALE', 'because-you-read': 'STALE', trending: 'STALE' }],
  ] as const)(
    'shows the last good articles while the %s service is dead, and fresh ones afterwards',
    async (dead, expected) => {
      const before = await alice.getHome({ name: 'users/me', pageSize: 4 });
      await bff[dead].kill();
      // Trending is shared for two seconds; only then is it asked for again.
      const during = await homeWhen((shown) => shown['trending'] === expected.trending);
      expect(states(during)).toEqual(expected);
      for (const section of Object.keys(expected)) expect(ids(during, section)).toEqual(ids(before, section));
      await bff[dead].revive();
      await homeWhen((shown) => Object.values(shown).every((state) => state === 'FRESH'));
    },
    20_000,
  );

  it.each([
    ['recommendation', { 'for-you': 'STALE', 'because-you-read': 'STALE' }],
    ['similarity', { 'for-you': 'FRESH', 'because-you-read': 'STALE' }],
    ['content', { 'for-you': 'STALE', 'because-you-read': 'STALE' }],
  ] as const)('answers before its deadline while every call to %s takes 2 s', async (slow, expected) => {
    const before = await alice.getHome({ name: 'users/me', pageSize: 3 });
    bff[slow].latencyMs = 2_000;
    const home = await alice.getHome({ name: 'users/me', pageSize: 3 }, { timeoutMs: 1_900 });
    expect(states(home)).toMatchObject(expected);
    for (const section of Object.keys(expected)) expect(ids(home, section)).toEqual(ids(before, section));
  });

  it('says which sections it has nothing for when a service was slow from the start', async () => {
    bff.similarity.latencyMs = 2_000;
    const home = await alice.getHome({ name: 'users/me' }, { timeoutMs: 1_900 });
    expect(states(home)).toEqual({ 'for-you': 'FRESH', 'because-you-read': 'UNAVAILABLE', trending: 'FRESH' });
  });

  it('keeps one reader’s last good answer from another', async () => {
    await alice.getHome({ name: 'users/me' });
    await bff.recommendation.kill();
    const bob = await bff.connect('bob');
    const home = await bob.getHome({ name: 'users/me' });
    expect(states(home)).toMatchObject({ 'for-you': 'UNAVAILABLE', 'because-you-read': 'UNAVAILABLE' });
  });

  it('recommends nothing stale that the reader has read since', async () => {
    await alice.getHome({ name: 'users/me' });
    await alice.createInteraction({
      parent: 'users/me',
      interaction: { article: 'articles/a3', type: InteractionType.VIEW },
    });
    await bff.recommendation.kill();
    expect(ids(await alice.getHome({ name: 'users/me' }), 'for-you')).toEqual(['a4', 'a5', 'a6', 'a7', 'a8', 'a9']);
  });

  it('forgets an erased reader', async () => {
    await alice.getHome({ name: 'users/me' });
    await alice.deleteUser({ name: 'users/me' });
    await bff.recommendation.kill();
    expect(states(await alice.getHome({ name: 'users/me' }))).toMatchObject({ 'for-you': 'UNAVAILABLE' });
  });
});

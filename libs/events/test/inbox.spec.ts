import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maintainInbox } from '../src/index.ts';
import { uuid7 } from '../src/uuid7.ts';
import { eventsDatabase } from './fixture.ts';

const DAY = 86_400_000;
let db: Awaited<ReturnType<typeof eventsDatabase>>;
beforeAll(async () => {
  db = await eventsDatabase();
});
afterAll(() => db.close());

describe('partitions of the inbox', () => {
  it('are made ahead, used by new ids and dropped when they are past', async () => {
    await db.database.query("INSERT INTO inbox (subscription, event_id) VALUES ('s', $1)", [uuid7()]);
    const { rows } = await db.database.query<{ name: string }>('SELECT tableoid::regclass::text AS name FROM inbox');
    expect(rows).toEqual([{ name: expect.stringMatching(/^inbox_\d{8}$/) }]);
    expect(await maintainInbox(db.database)).toEqual({ created: [], dropped: [] });
    const later = await maintainInbox(db.database, { now: Date.now() + 20 * DAY });
    expect(later.created).toHaveLength(5);
    expect(later.dropped.length).toBeGreaterThanOrEqual(5);
    expect((await db.database.query('SELECT 1 FROM inbox')).rows).toEqual([]);
  });

  it('several processes may make them at once', async () => {
    const now = Date.now() + 40 * DAY;
    const done = await Promise.all(Array.from({ length: 4 }, () => maintainInbox(db.database, { now })));
    expect(new Set(done.flatMap((result) => result.created)).size).toBe(5);
  });
});

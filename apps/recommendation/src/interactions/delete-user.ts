import type { DeleteUserRequest } from '@kiban/contracts/kiban/recommendation/v1';
import { lockChangeLog } from '@kiban/database';
import { UserErased } from '@kiban/events';
import { CHANGE_LOG } from '../database/change-log.ts';
import type { RecommendationStore } from '../recommendation-store.ts';
import { userId } from './names.ts';

/** Erases a reader here and, by an event, everywhere else. Erasing twice does no harm. */
export async function deleteUser(store: RecommendationStore, { name }: DeleteUserRequest) {
  const user = userId(name);
  await store.database.tx(async (tx) => {
    await lockChangeLog(tx, CHANGE_LOG);
    await tx.query('DELETE FROM interaction WHERE user_id = $1', [user]);
    await tx.query(`DELETE FROM erasure WHERE erased_at < now() - interval '1 day'`);
    await tx.query(`INSERT INTO erasure (seq, user_id) VALUES (nextval('change_seq'), $1)`, [user]);
    store.outbox.publish(tx, UserErased, { userId: user });
    tx.afterCommit(() => store.tail.announce());
  });
  // The caller may ask at once whether it is gone.
  await store.tail.wake();
  return {};
}

import { setTenant, type Tx } from '@annals/postgres';
import { type ErasedPerson } from '../erasure/erased.js';

/** Deletes the log of a person in an account, and what they decided about it; from now on they have none. */
export async function eraseLines(tx: Tx, { accountId, userId }: ErasedPerson): Promise<void> {
  await setTenant(tx, accountId);
  for (const table of ['activity_entries', 'silent_people']) {
    await tx.query(`delete from ${table} where account_id = $1 and user_id = $2`, [accountId, userId]);
  }
  await tx.query('insert into erased_people (account_id, user_id) values ($1, $2) on conflict do nothing', [
    ...[accountId, userId],
  ]);
  await setTenant(tx, null);
}

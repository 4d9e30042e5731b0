import { type Tx } from '@annals/postgres';

/** Forgets that a person was ever there, and what they decided about being counted. The scope of the account is set. */
export async function erasePresence(tx: Tx, accountId: string, member: string): Promise<void> {
  await Promise.all(
    ['presence', 'members', 'refusals'].map((table) =>
      tx.query(`delete from ${table} where account_id = $1 and member = $2::bytea`, [accountId, member]),
    ),
  );
}

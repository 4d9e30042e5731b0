import { retentionClasses, type ChosenDays, type RetentionClass } from '@annals/contracts';
import { type Pool } from '@annals/postgres';
import { retentionSchema as schema } from './projection.js';
import { inForce, type Days, type Terms } from './terms.js';

/** An account and its terms in force. */
export interface KeepingAccount {
  accountId: string;
  days: Days;
}

const accountsAtOnce = 200;

/** All accounts, in pages, in order. */
export async function* keepingAccounts(pool: Pool, terms: Terms): AsyncGenerator<KeepingAccount> {
  for (let after: string | null = null; ;) {
    const { rows }: { rows: (ChosenDays & { account: string })[] } = await pool.query(
      `select account, ${retentionClasses.join(', ')} from ${schema}.accounts
       where $1::uuid is null or account > $1 order by account limit ${accountsAtOnce}`,
      [after],
    );
    for (const { account, ...chosen } of rows) yield { accountId: account, days: inForce(terms, chosen) };
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.account;
  }
}

/** The longest term of a class that holds anywhere, in days. */
export async function longestTerm(pool: Pool, { house, floors }: Terms, of: RetentionClass): Promise<number> {
  const { rows } = await pool.query<{ longest: number | null }>(
    `select max(${of}) as longest from ${schema}.accounts`,
    [],
  );
  return Math.max(house[of], floors[of], rows[0]?.longest ?? 0);
}

import type { Tx } from '@annals/postgres';
import type { PageEnd } from '@annals/service';
import { present, schema } from './search-sql.js';

export interface ListedPerson {
  user_id: string;
  sort_key: string;
}

const columns = `select w.user_id, w.sort_key from ${schema}.entries w where w.account_id = $1 and w.listed and ${present}`;
const order = 'order by w.sort_key, w.user_id limit $2';

/** People who can be found, by the alphabet, from where a page ended on: its last one's sort key and id. */
export async function list(tx: Tx, accountId: string, count: number, after: PageEnd | null): Promise<ListedPerson[]> {
  const { rows } = after
    ? await tx.query<ListedPerson>(`${columns} and (w.sort_key, w.user_id) > ($3, $4) ${order}`, [
        ...[accountId, count],
        ...after,
      ])
    : await tx.query<ListedPerson>(`${columns} ${order}`, [accountId, count]);
  return rows;
}

import { listApiKeysRoute, pageMeta, type Permission } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { apiKeyList } from '../views/api-keys/api-keys.js';
import { apiKeyStatus } from './show-api-key.js';

interface Row {
  key_id: string | null;
  name: string;
  scopes: Permission[];
  created_at: Date;
  created_by_id: string;
  expires_at: Date;
  revoked_at: Date | null;
  last_used_at: Date | null;
  total: string;
}

const columns = { name: 'k.name', created_at: 'k.created_at', expires_at: 'k.expires_at' } as const;

/** Keys of the account, revoked and expired ones among them. */
export const listApiKeys = ({ pool }: Identity) =>
  mount(listApiKeysRoute, async ({ context, query, now }) => {
    const { page, limit, sort_by, sort_order } = query;
    const accountId = accountOf(context);
    const keys = `${projectionSchema(apiKeyList)}.api_keys`;
    const { rows } = await tenantQuery<Row>(
      pool,
      { accountId, userId: context.user_id },
      `with page as (
         select k.*, u.last_used_at from ${keys} k left join public.api_key_uses u using (account_id, key_id)
         where k.account_id = $1 order by ${columns[sort_by]} ${sort_order}, k.key_id ${sort_order} limit $2 offset $3
       )
       select page.*, total from page
       right join (select count(*) as total from ${keys} where account_id = $1) t on true`,
      [accountId, limit, (page - 1) * limit],
    );
    const data = rows.flatMap((row) => (row.key_id === null ? [] : [shown(row, row.key_id, now)]));
    return { status: 200, body: { data, meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) } };
  });

function shown(row: Row, id: string, now: string) {
  const { name, scopes, created_by_id } = row;
  const expires_at = row.expires_at.toISOString();
  const kind = row.revoked_at === null ? 'active' : 'revoked';
  return {
    ...{ id, name, scopes, created_by_id, expires_at },
    status: apiKeyStatus({ kind, expires_at }, now),
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}

import { requirePermission } from '@annals/auth';
import { identitySchemas, listUsersRoute, pageMeta, type QueryOf } from '@annals/contracts';
import { withTenant } from '@annals/postgres';
import { type CursorScope, decodeCursor, encodeCursor, mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { countOf, pageOf, type MemberQuery, type MemberRow } from './member-query.js';

const { userStatuses } = identitySchemas;
type Query = QueryOf<(typeof listUsersRoute)['definition']>;

/**
 * People of the account, found by the beginning of a word. By number a page is counted and skipped to; by cursor it
 * begins where the page before ended, so that page 400 costs what page 1 costs.
 */
export const listUsers = ({ pool, secrets }: Identity) =>
  mount(listUsersRoute, async ({ context, query }) => {
    const { page, limit, cursor } = query;
    if (query.status === 'deleted' || query.include_deleted === 'true') requirePermission(context, 'MANAGE_ALL_USERS');
    const accountId = accountOf(context);
    const scope = scopeOf(accountId, query);
    const asked: MemberQuery = {
      ...{ accountId, limit: limit + 1, sortBy: query.sort_by, descending: query.sort_order === 'desc' },
      ...{ q: query.q, role: query.role, statuses: statusesOf(query) },
      from: cursor === undefined ? { offset: (page - 1) * limit } : { after: decodeCursor(secrets, scope, cursor) },
    };
    const [{ rows }, counted] = await withTenant(pool, { accountId, userId: context.user_id }, (tx) =>
      Promise.all([
        tx.query<MemberRow>(...pageOf(asked)),
        cursor === undefined ? tx.query<{ total: string }>(...countOf(asked)) : undefined,
      ]),
    );
    // One row more than asked for tells whether there is a next page.
    const more = rows.length > limit;
    const data = rows.slice(0, limit);
    const last = data.at(-1);
    const next_cursor = more && last ? encodeCursor(secrets, scope, [last.sort_key, last.user_id]) : null;
    const meta = counted ? pageMeta(page, limit, Number(counted.rows[0]?.total ?? 0)) : { limit, has_next_page: more };
    return { status: 200, body: { data: data.map(shown), meta: { ...meta, next_cursor } } };
  });

function scopeOf(accountId: string, query: Query): CursorScope {
  const { q, status, role, include_deleted, sort_by, sort_order } = query;
  const filter = { q: q ?? null, status: status ?? null, role: role ?? null, include_deleted, sort_by, sort_order };
  return { list: 'users page', accountId, filter };
}

function statusesOf({ status, include_deleted }: Query): readonly string[] {
  if (status !== undefined) return [status];
  return include_deleted === 'true' ? userStatuses : userStatuses.filter((one) => one !== 'deleted');
}

const shown = ({ user_id, email, name, status }: MemberRow) => ({
  ...{ id: user_id, email: email ?? '[erased]', name: name ?? '[erased]', status },
});

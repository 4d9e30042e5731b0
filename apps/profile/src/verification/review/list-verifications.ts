import { listVerificationsRoute as route, type QueryOf, type VerificationEntry } from '@annals/contracts';
import { tenantQuery } from '@annals/postgres';
import { type CursorScope, decodeCursor, encodeCursor, type MountedRoute, mount } from '@annals/service';
import { ownerOf } from '../../owner.js';
import { type Desk, longestWait, verificationTable } from './desk.js';

interface Row {
  user_id: string;
  verification_id: string;
  status: VerificationEntry['status'];
  fields: VerificationEntry['fields'];
  requested_at: Date;
  decided_at: Date | null;
  decided_by_id: string | null;
}

/** GET /profile-verifications. Every page begins where the one before ended, so the last costs what the first costs. */
export const listVerifications = (desk: Desk): MountedRoute =>
  mount(route, async ({ context, query, minPosition }) => {
    const { account_id, user_id } = ownerOf(context);
    const { limit, cursor } = query;
    await desk.verifications.waitFor(minPosition, longestWait);
    const scope = scopeOf(account_id, query);
    const [at, id] = cursor === undefined ? [null, null] : decodeCursor(desk.texts, scope, cursor);
    const found = await tenantQuery<Row>(desk.pool, { accountId: account_id, userId: user_id }, page(query), [
      ...[account_id, query.status ?? null, at, id],
      limit + 1,
    ]);
    // One row more than asked for tells whether there is a next page.
    const rows = found.rows.slice(0, limit);
    const last = rows.at(-1);
    const more = found.rows.length > limit && last !== undefined;
    const end = more ? ([last.requested_at.toISOString(), last.verification_id] as const) : null;
    const next_cursor = end && encodeCursor(desk.texts, scope, end);
    return { status: 200, body: { data: rows.map(shown), meta: { limit, has_next_page: more, next_cursor } } };
  });

type Query = QueryOf<(typeof route)['definition']>;

const scopeOf = (accountId: string, { status, sort_order }: Query): CursorScope => ({
  ...{ list: 'verifications', accountId, filter: { status: status ?? null, sort_order } },
});

const page = ({ sort_order }: Query): string => `
  select user_id, verification_id, status, fields, requested_at, decided_at, decided_by_id from ${verificationTable}
  where account_id = $1 and ($2::text is null or status = $2)
    and ($3::timestamptz is null or (requested_at, verification_id) ${sort_order === 'desc' ? '<' : '>'} ($3, $4::uuid))
  order by requested_at ${sort_order}, verification_id ${sort_order} limit $5`;

const shown = (row: Row): VerificationEntry => ({
  ...{ id: row.verification_id, user_id: row.user_id, status: row.status, fields: row.fields },
  requested_at: row.requested_at.toISOString(),
  decided_at: row.decided_at?.toISOString() ?? null,
  decided_by_id: row.decided_by_id,
});

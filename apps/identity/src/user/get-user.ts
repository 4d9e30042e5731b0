import { getUserRoute, Problem, type CurrentUserContext } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { people } from '../views/people/people.js';

interface Row {
  user_id: string;
  email: string | null;
  name: string | null;
  status: string;
  is_super_admin: boolean;
  created_at: Date;
  created_by_id: string | null;
  updated_at: Date;
  updated_by_id: string | null;
  revision: string;
}

/** One person of the account. Who is in no membership of it is as unknown as nobody. */
export const getUser = ({ store, pool }: Identity) =>
  mount(getUserRoute, async ({ context, params }) => {
    const accountId = accountOf(context);
    const { state: membership } = await store.load(memberships, membershipId(accountId, params.id));
    if (membership.kind !== 'member') throw new Problem(404, 'user-not-found', 'There is no such person');
    const { rows } = await tenantQuery<Row>(
      pool,
      { accountId, userId: context.user_id },
      `select * from ${projectionSchema(people)}.people where user_id = $1`,
      [params.id],
    );
    const row = rows[0];
    if (!row) {
      throw new Problem(503, 'projection-behind', 'This person was added a moment ago', {
        headers: { 'retry-after': '1' },
      });
    }
    return {
      status: 200,
      revision: BigInt(row.revision),
      body: shown(row, [{ account_id: accountId, role: membership.role }]),
    };
  });

function shown(row: Row, user_accounts: { account_id: string; role: string }[]) {
  const { is_super_admin, created_by_id, updated_by_id, status } = row;
  return {
    id: row.user_id,
    email: row.email ?? '[erased]',
    name: row.name ?? '[erased]',
    status,
    profile_image: null,
    is_super_admin,
    provider_ids: [],
    user_accounts,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    created_by_id,
    updated_by_id,
  };
}

/** The account a request is for; access was checked before, so there is one. */
export function accountOf(context: CurrentUserContext): string {
  if (!context.account_id) throw new Problem(400, 'account-required', 'Say for which account: send account-id');
  return context.account_id;
}

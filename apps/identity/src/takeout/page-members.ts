import { type TakenMember, TakeoutPageAsk } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mountInside } from '@annals/service';
import { grantsOfMember, isOver } from '../grant/grant.js';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { roleName, roleSets, type RoleSet } from '../role/role.js';
import { readPerson } from '../user/read-person.js';
import { isKnown, users } from '../user/user.js';
import { people } from '../views/people/people.js';
import { pageOf, principals, takenAccount } from './asked-takeout.js';

interface Row {
  user_id: string;
  since: Date;
}

const schema = projectionSchema(people);

/**
 * Members of an account that is taken out, by id. Which there are tells the view; what they are is read from the events
 * themselves, so who left, was deleted or was erased since is not among them.
 */
export const takeoutMembers = (identity: Identity) =>
  mountInside(
    { method: 'GET', path: '/internal/takeout/members', principals, query: TakeoutPageAsk },
    async ({ context, query: { after, limit }, now }) => {
      const scope = await takenAccount(identity, context, now);
      const { rows } = await tenantQuery<Row>(
        identity.pool,
        scope,
        `select user_id, since from ${schema}.members
         where account_id = $1 and ($2::uuid is null or user_id > $2) order by user_id limit $3`,
        [scope.accountId, after ?? null, limit + 1],
      );
      const { page, next } = pageOf(rows, limit, ({ user_id }) => user_id);
      const { state: set } = await identity.store.load(roleSets, scope.accountId);
      const found = await Promise.all(page.map((row) => takenMember(identity, scope.accountId, row, set, now)));
      return { status: 200, body: { data: found.filter((member) => member !== null), next } };
    },
  );

async function takenMember(
  { store }: Identity,
  accountId: string,
  { user_id, since }: Row,
  set: RoleSet,
  now: string,
): Promise<TakenMember | null> {
  const id = membershipId(accountId, user_id);
  const [{ state: membership }, { state: grants }, { state: user }, person] = await Promise.all([
    store.load(memberships, id),
    store.load(grantsOfMember, id),
    store.load(users, user_id),
    readPerson(store, user_id),
  ]);
  if (membership.kind !== 'member' || !isKnown(user) || user.kind === 'deleted' || !person) return null;
  // A person without address or name is one whose keys are gone.
  const { email, name, profile_image, status, created_at } = person;
  if (email === null || name === null) return null;
  const roles = [...grants.live.values()]
    .filter((grant) => !isOver(grant, now))
    .map(({ role_id, valid_from, expires_at }) => ({ role_id, name: roleName(set, role_id), valid_from, expires_at }));
  return {
    user: { user_id, email, name, profile_image, status, email_verified: user.email_verified, created_at },
    membership: { role: membership.role, since: since.toISOString(), roles },
  };
}

import { hasPermission } from '@annals/auth';
import { getUserRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { identitiesOf } from '../provider/list-providers.js';
import { accountOf } from '../session/own-session.js';
import { isManagedBy } from './person-to-manage.js';
import { readPerson, type PersonRecord } from './read-person.js';
import { userNotFound, users } from './user.js';

/** One person of the account. Who is in no membership of it is as unknown as nobody; so is a deleted one, to most. */
export const getUser = (identity: Identity) =>
  mount(getUserRoute, async ({ context, params }) => {
    const { store } = identity;
    const accountId = accountOf(context);
    const [{ state: membership }, { state: user }, person] = await Promise.all([
      store.load(memberships, membershipId(accountId, params.id)),
      store.load(users, params.id),
      readPerson(store, params.id),
    ]);
    if (membership.kind !== 'member' || !person) throw userNotFound();
    const hidden = !hasPermission(context, 'MANAGE_ALL_USERS') || !isManagedBy(user, accountId);
    if (person.status === 'deleted' && hidden) throw userNotFound();
    const { role } = membership;
    return {
      status: 200,
      revision: person.revision,
      body: await shownUser(identity, person, [{ account_id: accountId, role }]),
    };
  });

type UserAccounts = readonly { account_id: string; role: string }[];

/** A person as administrators see them, with the identities of other issuers that are theirs. */
export async function shownUser(identity: Identity, person: PersonRecord, user_accounts: UserAccounts) {
  const { revision: _, email, name, ...rest } = person;
  const provider_ids = (await identitiesOf(identity, person.id)).map(({ provider_id }) => provider_id);
  return { ...rest, email: email ?? '[erased]', name: name ?? '[erased]', provider_ids, user_accounts };
}

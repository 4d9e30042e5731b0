import { listHeldRolesRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import { roleSets } from '../role/role.js';
import { accountOf } from '../session/own-session.js';
import { grantsOfMember } from './grant.js';
import { requireMember } from './require-member.js';
import { shownBaseRole, shownExpired, shownGrant } from './shown-grant.js';

/** Roles of a member, read from the events themselves: there are few. */
export const listHeldRoles = (identity: Identity) =>
  mount(listHeldRolesRoute, async ({ context, params, now }) => {
    const account_id = accountOf(context);
    const { store } = identity;
    const [base, { state: given }, { state: set }] = await Promise.all([
      requireMember(identity, account_id, params.user_id),
      store.load(grantsOfMember, membershipId(account_id, params.user_id)),
      store.load(roleSets, account_id),
    ]);
    const live = [...given.live.values()].map((grant) => shownGrant(grant, set, now));
    const expired = given.expired.map((grant) => shownExpired(grant, set));
    return { status: 200, body: { data: [shownBaseRole(base), ...live, ...expired] } };
  });

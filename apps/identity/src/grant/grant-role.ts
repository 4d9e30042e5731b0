import { grantRoleRoute, Problem, type BodyOf, type GrantEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import { requireOwnRights } from '../role/own-rights.js';
import { roleSets } from '../role/role.js';
import { isBuiltIn } from '../role/role-rules.js';
import { roleNotFound } from '../role/role-to-change.js';
import { accountOf } from '../session/own-session.js';
import { enforceGrants } from './enforce-grants.js';
import { grantsOfMember, isOver, type Grant, type Grants } from './grant.js';
import { noteHolder } from './holders.js';
import { requireMember } from './require-member.js';
import { shownGrant } from './shown-grant.js';

export const maxGrants = 50;

export interface GrantRole {
  account_id: string;
  user_id: string;
  grant: Grant;
  now: string;
}

/**
 * Gives a role. One whose time is over is closed in the same step, so that its end is on record.
 * @throws Problem 409 `role-already-granted`, `too-many-grants`
 */
export function grantRole({ live }: Grants, { account_id, user_id, grant, now }: GrantRole): GrantEvent[] {
  const whose = { account_id, user_id };
  const present = live.get(grant.role_id);
  const granted: GrantEvent = { type: 'RoleGranted', data: { ...whose, ...grant } };
  if (present) {
    if (!isOver(present, now)) throw new Problem(409, 'role-already-granted', 'The person has been given this role');
    return [{ type: 'RoleGrantEnded', data: { ...whose, role_id: grant.role_id, reason: 'expired' } }, granted];
  }
  if (live.size >= maxGrants) throw new Problem(409, 'too-many-grants', `A person has at most ${maxGrants} grants`);
  return [granted];
}

/**
 * The time of a grant in UTC.
 * @throws Problem 400 `grant-ended-before`, `grant-never-begins`
 */
export function timeOfGrant(
  { valid_from, expires_at }: Pick<BodyOf<typeof grantRoleRoute.definition>, 'valid_from' | 'expires_at'>,
  now: string,
): Pick<Grant, 'valid_from' | 'expires_at'> {
  const time = { valid_from: utc(valid_from), expires_at: utc(expires_at) };
  if (time.expires_at === null) return time;
  if (time.expires_at <= now) throw new Problem(400, 'grant-ended-before', 'expires_at lies in the past');
  if (time.valid_from !== null && time.expires_at <= time.valid_from) {
    throw new Problem(400, 'grant-never-begins', 'valid_from does not lie before expires_at');
  }
  return time;
}

const utc = (time: string | undefined) => (time === undefined ? null : new Date(time).toISOString());

export const grantRoleToMember = (identity: Identity) =>
  mount(grantRoleRoute, async ({ context, params, body, commandId, commandHash, now }) => {
    const account_id = accountOf(context);
    const { user_id } = params;
    const { role_id, reason = null } = body;
    const [{ state: set }] = await Promise.all([
      identity.store.load(roleSets, account_id),
      requireMember(identity, account_id, user_id),
    ]);
    const assigned_by_id = context.kind === 'user' ? context.user_id : null;
    const member = membershipId(account_id, user_id);
    // Before the fact: who deletes the role at the same time must know whom to ask.
    await noteHolder(identity.pool, { account_id, user_id, role_id });
    const outcome = await identity.store.execute(grantsOfMember, member, {
      ...{ id: commandId, context, now, accountId: account_id },
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      decide: (state) => {
        if (!isBuiltIn(role_id) && !set.roles.has(role_id)) throw roleNotFound();
        requireOwnRights(context, set, role_id);
        const grant: Grant = { role_id, granted_at: now, ...timeOfGrant(body, now), reason, assigned_by_id };
        return grantRole(state, { account_id, user_id, grant, now });
      },
    });
    await enforceGrants(identity.pool, outcome.events[0]!.id, member, now);
    return written(outcome, ({ live }) => shownGrant(live.get(role_id)!, set, now), 201);
  });

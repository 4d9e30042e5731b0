import type { BuiltInRole } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn, isOverdue } from '@annals/service';
import { accounts, isKnownAccount } from '../account/account.js';
import { resignAdmin, seatAdmin, type AdminLoss } from '../account/admins.js';
import type { Identity } from '../identity.js';
import { giveRole } from '../membership/change-role.js';
import { letGo } from '../membership/end-membership.js';
import { membershipId, memberships } from '../membership/membership.js';
import { revoke } from '../session/revocations.js';
import { mayAct, users } from '../user/user.js';

interface Member {
  account_id: string;
  user_id: string;
}

/**
 * Keeps those who run an account and its members' roles the same, for the case that a command fell between the two facts,
 * and writes again the markers of memberships.
 */
export function keepAdmins(identity: Identity): Reactor {
  const { store, pool } = identity;
  const memberOf = (event: StoredEvent) => event.data as unknown as Member;
  const asking = (event: StoredEvent) => actingOn(event, 'svc:identity', event.metadata.actor.user_id);

  async function isAdmin({ account_id, user_id }: Member): Promise<boolean> {
    const { state } = await store.load(memberships, membershipId(account_id, user_id));
    return state.kind === 'member' && state.role === 'ADMIN';
  }

  async function isSeated({ account_id, user_id }: Member): Promise<boolean> {
    const { state } = await store.load(accounts, account_id);
    return isKnownAccount(state) && state.admins.includes(user_id);
  }

  async function unseatUnlessAdmin(event: StoredEvent): Promise<void> {
    const { account_id, user_id } = memberOf(event);
    if (await isAdmin({ account_id, user_id })) return;
    await resignAdmin(identity, asking(event), account_id, user_id, { reason: 'no-admin' });
  }

  async function admitted(event: StoredEvent): Promise<void> {
    const { account_id, user_id } = memberOf(event);
    if (event.data.role !== 'ADMIN') return unseatUnlessAdmin(event);
    if (await isAdmin({ account_id, user_id })) await seatAdmin(identity, asking(event), account_id, user_id);
  }

  async function mark(event: StoredEvent): Promise<void> {
    const { account_id, user_id } = memberOf(event);
    const key = membershipId(account_id, user_id);
    await revoke(pool, event.id, { kind: 'membership', key }, event.metadata.occurred_at);
  }

  /** Does what somebody was taken from those who run the account for, as the very command that began it. */
  async function finish(event: StoredEvent): Promise<void> {
    const { reason, role, ...member } = event.data as unknown as Member & Loss;
    if (reason === 'no-admin') return;
    if (reason === 'barred') return seatWhoIsNotBarred(event, member);
    const isDone = async () => !(await isAdmin(member)) || (await isSeated(member));
    if (!(await isOverdue(event, isDone))) return;
    const { command_id, command_hash } = event.metadata;
    const own = { ...asking(event), commandId: command_id, ...(command_hash && { commandHash: command_hash }) };
    if (reason === 'role-changed') await giveRole(identity, own, member, role!);
    else await letGo(identity, own, member, reason);
  }

  async function seatWhoIsNotBarred(event: StoredEvent, member: Member): Promise<void> {
    const { account_id, user_id } = member;
    const isDone = async () => {
      const { state: user } = await store.load(users, user_id);
      return !mayAct(user) || (await isSeated(member));
    };
    if ((await isOverdue(event, isDone)) && (await isAdmin(member))) {
      await seatAdmin(identity, asking(event), account_id, user_id);
    }
  }

  return {
    name: 'keep-admins',
    categories: ['account', 'membership'],
    on: {
      AccountAdminAdded: unseatUnlessAdmin,
      AccountAdminRemoved: finish,
      MembershipGranted: admitted,
      async MembershipRoleChanged(event) {
        await mark(event);
        await admitted(event);
      },
      async MembershipEnded(event) {
        await mark(event);
        await unseatUnlessAdmin(event);
      },
    },
  };
}

type Loss = { reason: AdminLoss['reason']; role: BuiltInRole | null };

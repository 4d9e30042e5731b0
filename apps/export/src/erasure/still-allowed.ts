import { serviceIdentity } from '@annals/auth';
import { type ErasureEnd, explainPermissionsRoute, type Permission, Problem } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { InternalClient } from '@annals/service';
import type { KnownAccounts } from './known-accounts.js';
import type { KnownErasure } from './erasure.js';
import { requireNowhereElse } from './who-may-ask.js';
import type { WorkContext } from './work-context.js';

export interface RightsParts {
  store: EventStore;
  identity: InternalClient;
  accounts: KnownAccounts;
}

const needed: Permission = 'MANAGE_PRIVACY';

/**
 * Rights are looked up when an erasure begins, not when it was asked for. Who asked about themselves needs none.
 * @returns why it may not be any more; null when it may
 * @throws Problem when it cannot be told now
 */
export async function notAllowedAnyMore(
  parts: RightsParts,
  state: KnownErasure,
  context: WorkContext,
): Promise<ErasureEnd | null> {
  const { asked_in } = state.request;
  if (asked_in === null) return context.askedBy === state.ids.user_id ? null : 'not-allowed';
  if (!(await isOfficer(parts, asked_in, context))) return 'not-allowed';
  if (state.ids.account_id !== null) return null;
  try {
    await requireNowhereElse(parts.accounts, asked_in, state.ids.user_id);
    return null;
  } catch (error) {
    if (error instanceof Problem && error.code === 'member-elsewhere') return 'member-elsewhere';
    throw error;
  }
}

/** An elevation ends long before the grace of an erasure: whoever asked in one has to be a super admin still. */
const isOfficer = ({ store, identity }: RightsParts, accountId: string, { askedBy, elevated, request }: WorkContext) =>
  elevated ? isSuperAdmin(store, askedBy) : holds(identity, { accountId, userId: askedBy }, request);

async function holds(
  identity: InternalClient,
  who: { accountId: string; userId: string },
  request: WorkContext['request'],
): Promise<boolean> {
  try {
    const { body } = await identity.call({
      ...{ method: 'GET', path: `/api/v1/users/${who.userId}/permissions?explain=${needed}`, request },
      identity: serviceIdentity('svc:export', who),
    });
    const { permissions } = explainPermissionsRoute.definition.responses[200].parse(body);
    return permissions.some(({ permission, granted }) => permission === needed && granted);
  } catch (error) {
    // Who is no member there any more has no rights there.
    if (error instanceof Problem && (error.status === 403 || error.status === 404)) return false;
    throw error;
  }
}

async function isSuperAdmin(store: EventStore, userId: string): Promise<boolean> {
  let superAdmin = false;
  let acts = true;
  for await (const { data } of store.readStream(`user-${userId}`, { open: false })) {
    if (typeof data.is_super_admin === 'boolean') superAdmin = data.is_super_admin;
    if (typeof data.status === 'string') acts = !['disabled', 'deleted'].includes(data.status);
  }
  return superAdmin && acts;
}

import type { ErasureObstacle } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import { loadStanding } from '../standing/standing.js';
import { isLastAdmin } from './account-admins.js';
import type { KnownAccounts } from './known-accounts.js';

export interface Obstacle {
  reason: ErasureObstacle;
  /** Where it stands in the way. */
  accounts: string[];
}

export interface ObstacleParts {
  store: EventStore;
  accounts: KnownAccounts;
  now: () => Date;
}

/**
 * What stands against erasing a person, in one account or in all: that an account has to keep what it holds about them, or
 * that nobody would run an account that has other members. Null: nothing.
 */
export async function obstacleTo(
  { store, accounts, now }: ObstacleParts,
  { user_id, account_id }: { user_id: string; account_id: string | null },
): Promise<Obstacle | null> {
  const known = await accounts.of(user_id);
  const concerned = account_id === null ? known.map(({ account }) => account) : [account_id];
  const held = await filtered(concerned, async (id) => (await loadStanding(store, id, user_id, now())).held);
  if (held.length > 0) return { reason: 'legal-hold', accounts: held };
  const orphaned = await filtered(
    concerned.filter((id) => known.some(({ account, running }) => running && account === id)),
    async (id) => (await accounts.hasOthers(id, user_id)) && isLastAdmin(store, id, user_id),
  );
  return orphaned.length > 0 ? { reason: 'last-admin', accounts: orphaned } : null;
}

async function filtered(ids: readonly string[], holds: (id: string) => Promise<boolean>): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) if (await holds(id)) found.push(id);
  return found;
}

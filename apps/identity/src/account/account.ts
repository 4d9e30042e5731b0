import { noPolicies, Problem, type AccountEvent, type AccountPolicies } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

export interface AccountDetails {
  account_id: string;
  slug: string;
  name: string;
  domain: string | null;
  purpose: 'home' | 'team';
  policies: AccountPolicies;
  /** Who may run it. Counted here, in one stream, so that no two of them can each believe the other stays. */
  admins: readonly string[];
  created_by_id: string;
  created_at: string;
}

/** A tenant. */
export type Account =
  | { kind: 'unknown' }
  /** Its creation stopped halfway and was given up. */
  | { kind: 'abandoned' }
  | ({ kind: 'open' } & AccountDetails)
  /** Nobody works in it until it is restored. */
  | ({ kind: 'closed' } & AccountDetails);

export type KnownAccount = Extract<Account, AccountDetails>;

export const isKnownAccount = (account: Account): account is KnownAccount => 'account_id' in account;

/** @throws Problem 409 `home-account` */
export function requireTeam({ purpose }: AccountDetails, detail: string): void {
  if (purpose === 'home') throw new Problem(409, 'home-account', detail);
}

export function evolveAccount(account: Account, event: AccountEvent): Account {
  if (event.type === 'AccountCreated') {
    const { account_id, slug, name, domain, kind, created_by_id, created_at } = event.data;
    const details = { account_id, slug, name, domain, purpose: kind, created_by_id, created_at };
    return { kind: 'open', ...details, policies: noPolicies, admins: [created_by_id] };
  }
  if (event.type === 'AccountAbandoned') return { kind: 'abandoned' };
  return isKnownAccount(account) ? evolveKnown(account, event) : account;
}

function evolveKnown(
  account: KnownAccount,
  event: Exclude<AccountEvent, { type: 'AccountCreated' | 'AccountAbandoned' }>,
): KnownAccount {
  const { admins } = account;
  switch (event.type) {
    case 'AccountUpdated': {
      const { name, slug, domain } = event.data;
      return { ...account, name, slug, domain };
    }
    case 'AccountPoliciesChanged':
      return { ...account, policies: { ...noPolicies, ...event.data.policies } };
    case 'AccountClosed':
      return { ...account, kind: 'closed' };
    case 'AccountRestored':
      return { ...account, kind: 'open' };
    case 'AccountAdminAdded':
      return { ...account, admins: [...admins.filter((id) => id !== event.data.user_id), event.data.user_id] };
    case 'AccountAdminRemoved':
      return { ...account, admins: admins.filter((id) => id !== event.data.user_id) };
    case 'AccountClaimGivenUp':
      return account;
  }
}

export const accounts: Aggregate<Account> = {
  category: 'account',
  initial: { kind: 'unknown' },
  evolve: evolveAccount,
};

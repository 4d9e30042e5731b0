import type { AccountEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/** A tenant. */
export type Account =
  | { kind: 'unknown' }
  | { kind: 'open'; account_id: string; slug: string; name: string; purpose: 'home' | 'team'; created_at: string };

export function evolveAccount(_account: Account, event: AccountEvent): Account {
  const { account_id, slug, name, kind, created_at } = event.data;
  return { kind: 'open', account_id, slug, name, purpose: kind, created_at };
}

export const accounts: Aggregate<Account> = {
  category: 'account',
  initial: { kind: 'unknown' },
  evolve: evolveAccount,
};

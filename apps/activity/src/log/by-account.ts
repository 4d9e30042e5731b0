import { type StoredEvent } from '@annals/event-store';

/** Owner of what belongs to no account, such as a failed sign-in of somebody unknown. No caller ever works in it. */
export const noAccount = '00000000-0000-0000-0000-000000000000';

/**
 * Account in whose log an event stands: the one it was written for; else the one it is about, as when a registration
 * makes its first account. In small letters, as PostgreSQL gives it back: it is part of what is hashed.
 */
export function accountOf({ metadata, data }: StoredEvent): string {
  const account = metadata.account_id ?? data.account_id ?? data.home_account_id;
  return typeof account === 'string' ? account.toLowerCase() : noAccount;
}

/** Groups what was made from events by account; order within an account is kept. */
export function byAccount<T>(items: readonly T[], account: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const id = account(item);
    const group = groups.get(id);
    if (group) group.push(item);
    else groups.set(id, [item]);
  }
  return groups;
}

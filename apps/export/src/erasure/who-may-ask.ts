import { requirePermission } from '@annals/auth';
import { type CurrentUserContext, type ErasureScope, Problem, type RequestErasure } from '@annals/contracts';
import type { KnownAccounts } from './known-accounts.js';

/** Whose erasure is asked for, by whom. */
export interface Wish {
  user_id: string;
  scope: ErasureScope;
  /** Whose data goes; null: everybody's. */
  account_id: string | null;
  asked_by_id: string;
  /** The account whose officer asks about somebody else; null: people ask about themselves. */
  asked_in: string | null;
}

/**
 * People may ask about themselves, for everything or for what one account holds. An officer may ask what their account
 * holds about those who belong or belonged to it to be forgotten; and for the whole person, when they belong nowhere else.
 * @throws Problem 400 `account-required`, 403 `permission-required`, 404 `member-not-found`, 409 `member-elsewhere`
 */
export async function whoMayAsk(
  accounts: KnownAccounts,
  context: CurrentUserContext,
  { user_id = context.user_id!, scope }: RequestErasure,
): Promise<Wish> {
  const { user_id: asked_by_id, account_id: inAccount } = context;
  if (asked_by_id === null) throw new Error('access rules let nobody pass who is no person');
  if (user_id === asked_by_id) {
    const chosen = scope ?? 'person';
    const account_id = chosen === 'account' ? required(inAccount) : null;
    return { user_id, scope: chosen, account_id, asked_by_id, asked_in: null };
  }
  const asked_in = required(inAccount);
  requirePermission(context, 'MANAGE_PRIVACY');
  await requireKnown(accounts, asked_in, user_id);
  if (scope !== 'person') return { user_id, scope: 'account', account_id: asked_in, asked_by_id, asked_in };
  await requireNowhereElse(accounts, asked_in, user_id);
  return { user_id, scope, account_id: null, asked_by_id, asked_in };
}

function required(accountId: string | null): string {
  if (accountId === null) throw new Problem(400, 'account-required', 'Say for which account: send account-id');
  return accountId;
}

/** Who never belonged to the account is unknown there, whether they exist or not. */
async function requireKnown(accounts: KnownAccounts, accountId: string, userId: string): Promise<void> {
  if ((await accounts.of(userId)).some(({ account }) => account === accountId)) return;
  throw new Problem(404, 'member-not-found', 'There is no such member');
}

/** @throws Problem 409 `member-elsewhere` when others hold something too, or the account itself does not any more */
export async function requireNowhereElse(accounts: KnownAccounts, accountId: string, userId: string): Promise<void> {
  const running = (await accounts.of(userId)).filter((known) => known.running);
  if (running.length > 0 && running.every(({ account }) => account === accountId)) return;
  throw new Problem(409, 'member-elsewhere', 'Only what this account holds: the person is not a member here alone');
}

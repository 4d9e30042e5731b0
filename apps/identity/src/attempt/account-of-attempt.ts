import { Problem } from '@annals/contracts';
import { findMyAccount, namedAccount } from '../account/choose-account.js';
import { selectorOf } from '../account/sign-in-account.js';
import type { Identity } from '../identity.js';
import { nobody } from '../user/person-of-address.js';
import { isKnown, type User } from '../user/user.js';
import { accountsToAsk } from '../views/user-accounts/user-accounts.js';

/**
 * The account in whose log a failed sign-in stands: the one asked for, else the one that the person would have entered.
 * Null when it is not one of theirs: what strangers try stands in nobody's log. Does the same reads for everybody.
 * @param wanted id or slug
 */
export async function accountOfAttempt(
  identity: Identity,
  user: User,
  wanted: string | undefined,
): Promise<string | null> {
  const known = isKnown(user) ? user : { user_id: nobody, home_account_id: null };
  const asked = wanted === undefined ? undefined : await accountNamed(identity, wanted);
  const [only, ...others] = await accountsToAsk(identity.pool, known.user_id);
  const usual = known.home_account_id ?? (others.length === 0 ? only : undefined);
  const account = await findMyAccount(identity, known.user_id, asked ?? usual ?? nobody);
  return account?.account_id ?? null;
}

/** `nobody`'s for a slug that no account has. */
async function accountNamed(identity: Identity, wanted: string): Promise<string> {
  try {
    return (await namedAccount(identity, selectorOf(wanted))) ?? nobody;
  } catch (error) {
    if (error instanceof Problem && error.code === 'no-account-access') return nobody;
    throw error;
  }
}

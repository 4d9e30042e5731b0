import { Problem } from '@annals/contracts';
import type { Identity } from '../identity.js';
import type { ActingUser } from '../user/user.js';
import { chooseAccount, findMyAccount, type MyAccount } from './choose-account.js';
import { enforcePolicies, type SignedInBy } from './enforce-policies.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id or a slug, as the bodies of sign-in name an account. */
export const selectorOf = (account: string) => (uuid.test(account) ? { account_id: account } : { slug: account });

/** Somebody who has just signed in, or goes on with what they signed in with. */
export type SignedIn = SignedInBy & { user: ActingUser };

/**
 * The account of a fresh token: the one asked for, else the home account, else the only one. Null when that is not
 * clear; then each request names its account. What is asked for has to let them in; otherwise a token may name an
 * account that does not, and opens what concerns the person alone: there they can do what the account asks of them.
 * @throws Problem 403 `no-account-access` when the account asked for is not theirs, or as {@link enforcePolicies} does
 */
export async function signInAccount(
  identity: Identity,
  { user, ...by }: SignedIn,
  wanted: string | undefined,
  now: string,
): Promise<MyAccount | null> {
  if (wanted !== undefined) {
    const account = await chooseAccount(identity, user.user_id, selectorOf(wanted));
    enforcePolicies(account, by, now);
    return account;
  }
  const home = user.home_account_id && (await findMyAccount(identity, user.user_id, user.home_account_id));
  if (home) return home;
  try {
    return await chooseAccount(identity, user.user_id, {});
  } catch (error) {
    if (error instanceof Problem && error.code === 'account-required') return null;
    throw error;
  }
}

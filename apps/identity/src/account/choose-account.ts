import { Problem, type BuiltInRole } from '@annals/contracts';
import { grantsOfMember, type Grants } from '../grant/grant.js';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { accountsToAsk } from '../views/user-accounts/user-accounts.js';
import { elevationFor, type Elevated, type Elevation } from '../elevation/elevation.js';
import { accounts, type AccountDetails } from './account.js';
import { claimId, claims } from './claim.js';

/** An account a person belongs to, as read from the events themselves. */
export interface MyAccount extends Omit<AccountDetails, 'admins' | 'created_by_id'> {
  role: BuiltInRole;
  /** Roles given beside it; read in the same step, since every context needs them. */
  grants: Grants;
  /** The elevation by which a super admin is here; null for whoever is here as a member. */
  elevation: Elevation | null;
  revision: bigint | null;
}

/** How a request names its account. */
export interface AccountSelector {
  account_id?: string;
  slug?: string;
  /** Named by the token: counts when the request names none. */
  token_account_id?: string;
}

const noAccess = () => new Problem(403, 'no-account-access', 'No access to this account');

/** The account when the person belongs to it, null otherwise, also when there is no such account. */
export async function findMyAccount({ store }: Identity, userId: string, accountId: string): Promise<MyAccount | null> {
  const [membership, account, grants] = await Promise.all([
    store.load(memberships, membershipId(accountId, userId)),
    store.load(accounts, accountId),
    store.load(grantsOfMember, membershipId(accountId, userId)),
  ]);
  if (membership.state.kind !== 'member' || account.state.kind !== 'open') return null;
  const { role } = membership.state;
  return asSeenBy(account.state, { role, grants: grants.state, elevation: null, revision: account.revision });
}

const asSeenBy = (
  { account_id, slug, name, domain, purpose, policies, created_at }: AccountDetails,
  standing: Pick<MyAccount, 'role' | 'grants' | 'elevation' | 'revision'>,
): MyAccount => ({ account_id, slug, name, domain, purpose, policies, created_at, ...standing });

/** Every account the person belongs to, oldest membership first. @param known one that has just been read */
export async function myAccounts(
  identity: Identity,
  userId: string,
  known: MyAccount | null = null,
): Promise<MyAccount[]> {
  const candidates = await accountsToAsk(identity.pool, userId);
  const found = await Promise.all(
    candidates.map(async (id) => (id === known?.account_id ? known : findMyAccount(identity, userId, id))),
  );
  return found.filter((account) => account !== null);
}

/** The account that a super admin is in by an elevation, as its ADMIN, also when they are a lesser member of it. */
async function findElevatedAccount(
  { store }: Identity,
  accountId: string,
  elevated: Elevated | undefined,
): Promise<MyAccount | null> {
  const elevation = elevated && elevationFor(elevated.elevations, accountId, elevated.now);
  if (!elevation) return null;
  const account = await store.load(accounts, accountId);
  if (account.state.kind !== 'open') return null;
  const { initial: grants } = grantsOfMember;
  return asSeenBy(account.state, { role: 'ADMIN', grants, elevation, revision: account.revision });
}

/**
 * The account a request is for: the one it names, else the token's, else the only one the person belongs to.
 * @param elevated only a named account is entered by an elevation
 * @throws Problem 403 `no-account-access` or `account-mismatch`, 400 `account-required` when it is not clear
 */
export async function chooseAccount(
  identity: Identity,
  userId: string,
  selector: AccountSelector,
  elevated?: Elevated,
): Promise<MyAccount> {
  const named = await namedAccount(identity, selector);
  if (named) {
    const account =
      (await findElevatedAccount(identity, named, elevated)) ?? (await findMyAccount(identity, userId, named));
    if (!account) throw noAccess();
    return account;
  }
  const [first, ...others] = await myAccounts(identity, userId);
  if (first && others.length === 0) return first;
  throw new Problem(400, 'account-required', 'Say for which account: send account-id');
}

/** The account that all names mean. @throws Problem 403 when the slug is nobody's, or two names disagree */
export async function namedAccount(
  { store, secrets }: Identity,
  selector: AccountSelector,
): Promise<string | undefined> {
  const { account_id, slug, token_account_id } = selector;
  const named = [account_id, token_account_id];
  if (slug !== undefined) {
    const { state } = await store.load(claims.slug, claimId(secrets, { kind: 'slug', value: slug }));
    if (state.kind === 'free') throw noAccess();
    named.push(state.account_id);
  }
  const [first, ...others] = named.filter((id) => id !== undefined);
  if (others.some((id) => id !== first)) {
    throw new Problem(403, 'account-mismatch', 'Path, header and token name different accounts');
  }
  return first;
}

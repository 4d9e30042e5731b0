import { ContextRequest, Problem, type IdentityContext } from '@annals/contracts';
import { mountInside } from '@annals/service';
import { chooseAccount, type MyAccount } from '../account/choose-account.js';
import { deriveKeyContext } from '../apikey/key-context.js';
import { elevatedIn } from '../elevation/elevation.js';
import { elevatedRights } from '../elevation/elevated-rights.js';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import { noRights, rightsIn, type Rights } from '../role/rights.js';
import { enterAccount } from './enter-account.js';
import type { Asker } from './asker.js';
import { whoAsks } from './who-asks.js';

/**
 * The context of a caller in the account its request names, read from the events themselves: who asks, in which
 * account, whether the account lets them in like this, and with which rights.
 * @throws Problem 401 when the session is over, 403 `no-account-access` or `account-mismatch`, 400 `account-required`
 */
export async function deriveContext(identity: Identity, asked: ContextRequest, now: string): Promise<IdentityContext> {
  if (asked.caller.kind === 'api_key') return deriveKeyContext(identity, asked.caller.key, asked.selector, now);
  const asker = await whoAsks(identity, asked, now);
  const account = await accountOf(identity, asked, asker, now);
  const rights = account ? await rightsOf(identity, account, asker, now) : noRights;
  const { user, session_id, auth_methods } = asker;
  return {
    kind: 'user',
    user_id: user.user_id,
    principal: null,
    user_email_hash: user.email_hash,
    account_id: account?.account_id ?? null,
    account_slug: account?.slug ?? null,
    session_id,
    membership_id: account && account.elevation === null ? membershipId(account.account_id, user.user_id) : null,
    ...rights,
    is_super_admin: user.is_super_admin,
    auth_methods,
    authenticated_at: asker.authenticated_at,
    actor: null,
  };
}

const rightsOf = (identity: Identity, account: MyAccount, asker: Asker, now: string): Promise<Rights> | Rights =>
  account.elevation ? elevatedRights(account.elevation) : rightsIn(identity, account, asker, now);

/** The account to work in; null where the route needs none and the request names none that lets the person in. */
async function accountOf(
  identity: Identity,
  { selector, account_optional }: ContextRequest,
  asker: Asker,
  now: string,
): Promise<MyAccount | null> {
  const { issuer_account_id } = asker;
  try {
    const account = await chooseAccount(
      identity,
      asker.user.user_id,
      issuer_account_id === null ? selector : { token_account_id: issuer_account_id },
      elevatedIn(asker.session, asker.user, now),
    );
    await enterAccount(identity, account, asker, now);
    return account;
  } catch (error) {
    const named = selector.account_id !== undefined || selector.slug !== undefined;
    // A person can look after their own sign-in also where no account lets them in.
    if (account_optional && !named && error instanceof Problem && error.status < 500) return null;
    throw error;
  }
}

/** For the gateway, when it has no context of a caller and account at hand. */
export const contexts = (identity: Identity) =>
  mountInside(
    { method: 'POST', path: '/internal/contexts', principals: ['gateway'], body: ContextRequest },
    async ({ body, now }) => ({ status: 200, body: await deriveContext(identity, body, now) }),
  );

import { ContextRequest, rolePermissions, type IdentityContext } from '@annals/contracts';
import { mountInside } from '@annals/service';
import { chooseAccount } from '../account/choose-account.js';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import { requireLiveSession } from './live-session.js';
import { touch } from './session-tokens.js';

/**
 * The context of a session in the account its request names, read from the events themselves.
 * @throws Problem 401 when the session is over, 403 `no-account-access` or `account-mismatch`, 400 `account-required`
 */
export async function deriveContext(identity: Identity, asked: ContextRequest, now: string): Promise<IdentityContext> {
  const { user_id, session_id, selector, auth_methods } = asked;
  const { session, user, tokens } = await requireLiveSession(identity, { user_id, session_id, now });
  const account = await chooseAccount(identity, user_id, selector);
  await touch(identity.pool, tokens, now);
  return {
    kind: 'user',
    user_id,
    principal: null,
    user_email_hash: user.email_hash,
    account_id: account.account_id,
    account_slug: account.slug,
    session_id,
    membership_id: membershipId(account.account_id, user_id),
    role: account.role,
    roles: [account.role],
    permissions: [...rolePermissions[account.role]],
    is_super_admin: user.is_super_admin,
    is_system_admin_access: false,
    auth_methods: auth_methods ?? session.auth_methods,
    actor: null,
  };
}

/** For the gateway, when it has no context of a session and account at hand. */
export const contexts = (identity: Identity) =>
  mountInside(
    { method: 'POST', path: '/internal/contexts', principals: ['gateway'], body: ContextRequest },
    async ({ body, now }) => ({ status: 200, body: await deriveContext(identity, body, now) }),
  );

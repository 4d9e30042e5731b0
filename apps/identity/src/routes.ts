import type { MountedRoute } from '@annals/service';
import { getAccount } from './account/get-account.js';
import { listAccounts } from './account/list-accounts.js';
import type { Identity } from './identity.js';
import { listMembers } from './membership/list-members.js';
import { listPermissions } from './role/list-permissions.js';
import { listRoles } from './role/list-roles.js';
import { contexts } from './session/derive-context.js';
import { listDevices } from './session/list-devices.js';
import { listSessions } from './session/list-sessions.js';
import { login } from './session/login.js';
import { logout } from './session/logout.js';
import { refresh } from './session/refresh.js';
import { revocations, type RevocationFeed } from './session/revocation-feed.js';
import { switchAccountOfToken } from './session/switch-account.js';
import { terminateAllSessions } from './session/terminate-all-sessions.js';
import { terminateSession } from './session/terminate-session.js';
import { jwks } from './token/jwks.js';
import { openidConfiguration } from './token/openid-configuration.js';
import { getUser } from './user/get-user.js';
import { listUsers } from './user/list-users.js';
import { register } from './user/register.js';
import { resendVerification } from './user/request-verification.js';
import { verifyEmailAddress } from './user/verify-email.js';
import { devMail } from './mail/dev-mail.js';

/** Everything identity answers. */
export function routesOf(
  identity: Identity,
  parts: { feed: RevocationFeed; issuer: string; mailFolder: string | null },
): MountedRoute[] {
  const own = [
    ...[register, verifyEmailAddress, resendVerification],
    ...[login, refresh, logout, switchAccountOfToken],
    ...[listSessions, terminateAllSessions, terminateSession, listDevices],
    ...[listAccounts, getAccount, listMembers, listUsers, getUser],
    contexts,
  ].map((behaviour) => behaviour(identity));
  return [
    ...own,
    ...[listPermissions(), listRoles()],
    ...[revocations(parts.feed), jwks(identity.tokens), openidConfiguration(parts.issuer)],
    ...(parts.mailFolder === null ? [] : [devMail(parts.mailFolder)]),
  ];
}

import type { MountedRoute } from '@annals/service';
import { createApiKeyOfAccount } from './apikey/create-api-key.js';
import { getApiKey } from './apikey/get-api-key.js';
import { listApiKeys } from './apikey/list-api-keys.js';
import { revokeApiKeyOfAccount } from './apikey/revoke-api-key.js';
import { rotateApiKeyOfAccount } from './apikey/rotate-api-key.js';
import { authorities } from './authority/answer-authority.js';
import { permissionUsesOfGateways } from './permission-use/count-uses.js';
import { endElevationOfSession } from './elevation/end-elevation.js';
import { listElevations } from './elevation/list-elevations.js';
import { startElevationOfSession } from './elevation/start-elevation.js';
import { closeAccountOfMembers } from './account/close-account.js';
import { createAccountOfTeam } from './account/create-account.js';
import { restoreClosedAccount } from './account/restore-account.js';
import { updateAccountOfMembers } from './account/update-account.js';
import { changeMember } from './membership/change-role.js';
import { endMembershipOfMember } from './membership/end-membership.js';
import { getAccount } from './account/get-account.js';
import { listAccounts } from './account/list-accounts.js';
import { conductOfGateways } from './conduct/record-conduct.js';
import { readingsOfExports } from './conduct/record-takeout.js';
import { changeOwnPassword } from './credential/change-password.js';
import { forgotPassword } from './credential/forgot-password.js';
import { resetForgottenPassword } from './credential/reset-password.js';
import { changeEmail } from './email/change-email.js';
import { confirmEmail } from './email/confirm-email.js';
import { changeOwnDevice } from './device/change-device.js';
import { getDevice } from './device/get-device.js';
import { listDevices } from './device/list-devices.js';
import { removeOwnDevice } from './device/remove-device.js';
import { addOwnPasskey } from './factor/add-passkey.js';
import { beginPasskeyProof, beginPasskeyRegistration } from './factor/begin-passkey.js';
import { confirmTotp } from './factor/confirm-totp.js';
import { disableOwnTotp } from './factor/disable-totp.js';
import { enrolTotp } from './factor/enrol-totp.js';
import { generateOwnRecoveryCodes } from './factor/generate-recovery-codes.js';
import { getRecoveryCodes } from './factor/get-recovery-codes.js';
import { getTotp } from './factor/get-totp.js';
import { listPasskeys } from './factor/list-passkeys.js';
import { signInWithPasskey } from './factor/passkey-sign-in.js';
import { removeOwnPasskey } from './factor/remove-passkey.js';
import { removeRecoveryCodes } from './factor/remove-recovery-codes.js';
import { verifyMfa } from './factor/verify-mfa.js';
import type { Identity } from './identity.js';
import { listMembers } from './membership/list-members.js';
import { grantRoleToMember } from './grant/grant-role.js';
import { listHeldRoles } from './grant/list-held-roles.js';
import { revokeRoleOfMember } from './grant/revoke-role.js';
import { changeRoleOfAccount } from './role/change-role.js';
import { defineRoleOfAccount } from './role/define-role.js';
import { deleteRoleOfAccount } from './role/delete-role.js';
import { getRole } from './role/get-role.js';
import { checkPermissions } from './permission/check-permissions.js';
import { explainPermissions } from './permission/explain-permissions.js';
import { listPermissions } from './permission/list-permissions.js';
import { permissionAnalytics } from './permission/permission-analytics.js';
import { listRoleMembers } from './role/list-role-members.js';
import { listRoles } from './role/list-roles.js';
import { roleAnalytics } from './role/role-analytics.js';
import { contexts } from './session/derive-context.js';
import { listSessions } from './session/list-sessions.js';
import { login } from './session/login.js';
import { logout } from './session/logout.js';
import { reauthenticate } from './session/reauthenticate.js';
import { refresh } from './session/refresh.js';
import { revocations, type RevocationFeed } from './session/revocation-feed.js';
import { switchAccountOfToken } from './session/switch-account.js';
import { terminateAllSessions } from './session/terminate-all-sessions.js';
import { terminateSession } from './session/terminate-session.js';
import { importMembers } from './imports/import-members.js';
import { jwks } from './token/jwks.js';
import { openidConfiguration } from './token/openid-configuration.js';
import { acceptInvitationByToken } from './invitation/accept-invitation.js';
import { createInvitationOfAccount } from './invitation/create-invitation.js';
import { listInvitations } from './invitation/list-invitations.js';
import { revokeInvitationOfAccount } from './invitation/revoke-invitation.js';
import { takeoutInvitations } from './takeout/page-invitations.js';
import { takeoutMembers } from './takeout/page-members.js';
import { takeoutAccount, takeoutRoles } from './takeout/take-account.js';
import { createUser } from './user/create-user.js';
import { deleteUserNow } from './user/delete-user.js';
import { disableUserNow } from './user/disable-user.js';
import { enableUserAgain } from './user/enable-user.js';
import { getUser } from './user/get-user.js';
import { listUsers } from './user/list-users.js';
import { register } from './user/register.js';
import { restoreDeletedUser } from './user/restore-user.js';
import { patchUser, replaceUser } from './user/update-user.js';
import { resendVerification } from './user/request-verification.js';
import { verifyEmailAddress } from './user/verify-email.js';
import { linkProvider } from './provider/link-provider.js';
import { listProviders } from './provider/list-providers.js';
import { unlinkProvider } from './provider/unlink-provider.js';
import { devMail } from './mail/dev-mail.js';

/** Everything identity answers. */
export function routesOf(
  identity: Identity,
  parts: { feed: RevocationFeed; issuer: string; mailFolder: string | null },
): MountedRoute[] {
  const own = [
    ...[register, verifyEmailAddress, resendVerification],
    ...[changeOwnPassword, forgotPassword, resetForgottenPassword, changeEmail, confirmEmail, reauthenticate],
    ...[login, refresh, logout, switchAccountOfToken],
    ...[verifyMfa, beginPasskeyProof, signInWithPasskey],
    ...[getTotp, enrolTotp, confirmTotp, disableOwnTotp],
    ...[getRecoveryCodes, generateOwnRecoveryCodes, removeRecoveryCodes],
    ...[listPasskeys, beginPasskeyRegistration, addOwnPasskey, removeOwnPasskey],
    ...[listSessions, terminateAllSessions, terminateSession],
    ...[listDevices, getDevice, changeOwnDevice, removeOwnDevice],
    ...[createAccountOfTeam, updateAccountOfMembers, closeAccountOfMembers, restoreClosedAccount],
    ...[changeMember, endMembershipOfMember],
    ...[listAccounts, getAccount, listMembers, listUsers, getUser],
    ...[listRoles, getRole, defineRoleOfAccount, changeRoleOfAccount, deleteRoleOfAccount, listRoleMembers],
    ...[explainPermissions, checkPermissions, roleAnalytics, permissionAnalytics],
    ...[listHeldRoles, grantRoleToMember, revokeRoleOfMember],
    ...[listApiKeys, getApiKey, createApiKeyOfAccount, rotateApiKeyOfAccount, revokeApiKeyOfAccount],
    ...[startElevationOfSession, listElevations, endElevationOfSession],
    ...[listProviders, linkProvider, unlinkProvider],
    ...[createUser, replaceUser, patchUser, deleteUserNow, restoreDeletedUser, disableUserNow, enableUserAgain],
    ...[listInvitations, createInvitationOfAccount, revokeInvitationOfAccount, acceptInvitationByToken],
    ...[contexts, conductOfGateways, permissionUsesOfGateways, importMembers],
    ...[authorities, readingsOfExports, takeoutAccount, takeoutRoles, takeoutMembers, takeoutInvitations],
  ].map((behaviour) => behaviour(identity));
  return [
    ...own,
    ...[listPermissions()],
    ...[revocations(parts.feed), jwks(identity.tokens), openidConfiguration(parts.issuer)],
    ...(parts.mailFolder === null ? [] : [devMail(parts.mailFolder)]),
  ];
}
